"""The acts of the journal in words, by what they are about; staff read them in French."""

from engage.core.i18n import _, lazy

NOUNS = {
    "person": lazy("Comptes"),
    "contact_point": lazy("Numéros et adresses"),
    "contact": lazy("Coordonnées montrées"),
    "sign_in": lazy("Connexions"),
    "code": lazy("Codes envoyés"),
    "code_list": lazy("Listes de codes"),
    "password": lazy("Mots de passe"),
    "authenticator": lazy("Applications de codes"),
    "passkey": lazy("Clés d’accès"),
    "card": lazy("Cartes d’habitant"),
    "invitation": lazy("Invitations"),
    "mandate": lazy("Rôles"),
    "residence": lazy("Preuves d’habitation"),
    "consent": lazy("Accords donnés"),
    "identity": lazy("Identités gardées"),
    "incident": lazy("Signalements"),
    "proposal": lazy("Idées"),
    "moderation_item": lazy("Modération"),
    "consultation": lazy("Concertations"),
    "deadline": lazy("Échéances"),
    "digest": lazy("Messages aux partenaires"),
    "answer": lazy("Réponses des partenaires"),
    "reply_link": lazy("Liens des partenaires"),
    "ticket": lazy("Tickets du guichet"),
    "enquiry": lazy("Questions au guichet"),
    "purge": lazy("Effacements prévus"),
    "town_setting": lazy("Réglages"),
    "journal": lazy("Journal"),
}

ACTIONS = {
    "person.return": lazy("Compte rouvert pendant un vote"),
    "person.join": lazy("Compte ouvert"),
    "person.rename": lazy("Nom public changé"),
    "person.tell_birth_year": lazy("Année de naissance dite"),
    "person.welcome": lazy("Personne accueillie au guichet"),
    "person.search": lazy("Personne cherchée"),
    "person.export": lazy("Données téléchargées"),
    "person.merge": lazy("Deux comptes réunis"),
    "person.leave": lazy("Compte supprimé"),
    "contact_point.add": lazy("Numéro ou adresse ajouté"),
    "contact_point.remove": lazy("Numéro ou adresse enlevé"),
    "contact_point.release": lazy("Numéro passé à quelqu’un d’autre"),
    "contact.reveal": lazy("Coordonnées montrées"),
    "sign_in.open": lazy("Connexion"),
    "sign_in.strengthen": lazy("Deuxième étape passée"),
    "sign_in.weaken": lazy("Deuxième étape à refaire"),
    "sign_in.revoke": lazy("Déconnexion d’un appareil"),
    "sign_in.revoke_others": lazy("Déconnexion des autres appareils"),
    "code.send": lazy("Code envoyé"),
    "code_list.give": lazy("Liste de codes donnée"),
    "code_list.replace": lazy("Liste de codes refaite"),
    "code_list.spend": lazy("Code de la liste utilisé"),
    "password.set": lazy("Mot de passe choisi"),
    "authenticator.set": lazy("Application de codes choisie"),
    "authenticator.spend": lazy("Code de l’application utilisé"),
    "passkey.add": lazy("Clé d’accès ajoutée"),
    "passkey.remove": lazy("Clé d’accès enlevée"),
    "card.issue": lazy("Carte donnée"),
    "card.cancel": lazy("Carte annulée"),
    "card.prove": lazy("Carte montrée"),
    "invitation.send": lazy("Invitation envoyée"),
    "invitation.accept": lazy("Invitation acceptée"),
    "mandate.give": lazy("Rôle donné"),
    "mandate.end": lazy("Rôle arrêté"),
    "mandate.prolong": lazy("Rôle prolongé"),
    "residence.declare": lazy("Quartier déclaré"),
    "residence.prove": lazy("Habitation prouvée"),
    "residence.attest": lazy("Habitation confirmée par quelqu’un"),
    "consent.give": lazy("Accord donné"),
    "consent.withdraw": lazy("Accord retiré"),
    "identity.reveal": lazy("Identité gardée ouverte"),
    "incident.submit": lazy("Problème signalé"),
    "incident.follow": lazy("Suivi demandé"),
    "incident.unfollow": lazy("Suivi arrêté"),
    "incident.withdraw_words": lazy("Mots du signalement retirés"),
    "incident.assign": lazy("Signalement confié"),
    "incident.acknowledge": lazy("Signalement pris en charge"),
    "incident.schedule": lazy("Travaux prévus"),
    "incident.start": lazy("Travaux commencés"),
    "incident.resolve": lazy("Problème réparé"),
    "incident.confirm": lazy("Réparation confirmée"),
    "incident.reopen": lazy("Signalement rouvert"),
    "incident.close": lazy("Signalement fermé"),
    "incident.mark_duplicate": lazy("Signalement réuni à un autre"),
    "incident.mark_out_of_area": lazy("Signalement hors du quartier"),
    "incident.redirect": lazy("Signalement envoyé ailleurs"),
    "incident.decline": lazy("Signalement refusé"),
    "incident.send_back": lazy("Signalement rendu à la coordination"),
    "incident.thank": lazy("Merci reçu"),
    "proposal.submit": lazy("Idée envoyée"),
    "proposal.publish": lazy("Idée publiée"),
    "proposal.refuse": lazy("Idée refusée"),
    "proposal.study": lazy("Idée à l’étude"),
    "proposal.answer": lazy("Idée avec réponse"),
    "proposal.withdraw": lazy("Idée retirée"),
    "proposal.change_action": lazy("Idée changée d’action"),
    "proposal.endorse": lazy("Idée soutenue"),
    "proposal.withdraw_endorsement": lazy("Soutien retiré"),
    "moderation_item.receive": lazy("Texte à lire"),
    "moderation_item.take": lazy("Texte pris pour lecture"),
    "moderation_item.publish": lazy("Texte accepté"),
    "moderation_item.propose_refusal": lazy("Refus proposé"),
    "moderation_item.confirm_refusal": lazy("Refus confirmé"),
    "moderation_item.withdraw": lazy("Texte retiré par son auteur"),
    "consultation.announce": lazy("Concertation annoncée"),
    "consultation.make_codes": lazy("Codes de vote imprimés"),
    "consultation.decide": lazy("Décision publiée"),
    "deadline.owe": lazy("Échéance ouverte"),
    "deadline.meet": lazy("Échéance tenue"),
    "deadline.move": lazy("Échéance déplacée"),
    "deadline.silence": lazy("Échéance mise en attente"),
    "deadline.hand_over": lazy("Échéance passée à un autre"),
    "deadline.withdraw": lazy("Échéance retirée"),
    "digest.make": lazy("Message préparé"),
    "answer.done": lazy("Réponse : c’est fait"),
    "answer.planned": lazy("Réponse : c’est prévu"),
    "answer.not_ours": lazy("Réponse : pas chez nous"),
    "reply_link.revoke": lazy("Lien de réponse fermé"),
    "ticket.issue": lazy("Ticket donné"),
    "ticket.open": lazy("Ticket ouvert au guichet"),
    "enquiry.ask": lazy("Question posée"),
    "enquiry.answer": lazy("Question répondue"),
    "purge.run": lazy("Données trop vieilles effacées"),
    "town_setting.change": lazy("Réglage changé"),
    "journal.export": lazy("Journal téléchargé"),
}
"""`noun.verb` → words. A test finds every act of the program here."""

SUBJECTS = {
    "people": lazy("Personne"),
    "contact_points": lazy("Numéro ou adresse"),
    "sign_ins": lazy("Connexion"),
    "sign_in_codes": lazy("Code"),
    "passkeys": lazy("Clé d’accès"),
    "invitations": lazy("Invitation"),
    "mandates": lazy("Rôle"),
    "consents": lazy("Accord"),
    "retained_identities": lazy("Identité gardée"),
    "incidents": lazy("Signalement"),
    "proposals": lazy("Idée"),
    "moderation_items": lazy("Lecture"),
    "consultations": lazy("Concertation"),
    "deadlines": lazy("Échéance"),
    "digests": lazy("Message au partenaire"),
    "answers": lazy("Réponse du partenaire"),
    "reply_links": lazy("Lien du partenaire"),
    "tickets": lazy("Ticket"),
    "enquiries": lazy("Question"),
    "town": lazy("La ville"),
}

DETAILS = {
    "setting": lazy("Réglage"),
    "before": lazy("Avant"),
    "after": lazy("Après"),
    "role": lazy("Rôle"),
    "reason": lazy("Motif"),
    "ends_on": lazy("Dernier jour"),
    "found_id": lazy("Personne trouvée"),
    "opened_with": lazy("Moyen d’entrer"),
    "proof": lazy("Preuve"),
    "organisation_id": lazy("Organisation"),
    "channel": lazy("Canal"),
}


def action_words(action: str) -> str:
    """What happened; its own name when nothing here says it."""
    return str(ACTIONS.get(action, action))


def subject_words(subject_type: str, subject_id: int) -> str:
    """What it happened to, by number: the journal names nobody."""
    return _("{what} n° {number}").format(
        what=SUBJECTS.get(subject_type, subject_type), number=subject_id
    )


def actor_words(actor_id: int | None) -> str:
    """Who did it, by number."""
    if actor_id is None:
        return _("Visiteur ou horloge")
    return subject_words("people", actor_id)


def detail_words(key: str) -> str:
    return str(DETAILS.get(key, key))
