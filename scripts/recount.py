"""Recounts a sealed vote from its published file: `python3 recompter.py preuve.json`.

Needs Python 3.11 alone. Ends with 1 when what it finds is not what was published.
"""

import json
import sys
from collections import Counter
from fractions import Fraction


class Question:
    def __init__(self, asked):
        self.asked, self.result, self.receipts = asked, asked["result"], asked["receipts"]
        self.texts = {o["id"]: o["label"]["fr"] for o in asked["options"]}
        self.none = next(o["id"] for o in asked["options"] if o["is_none"])
        self.ids = [id_ for id_ in self.texts if id_ != self.none]
        found = Counter(map(json.dumps, asked["answers"] or ()))
        self.groups = [(json.loads(answer), n) for answer, n in found.items()]
        self.number, self.refused = found.total(), found[json.dumps([self.none])]

    def check(self):
        if sorted(set(self.receipts))[: self.result["voters"]] != self.receipts:
            return "receipts are not a sorted list, one for a ballot at most"
        if self.asked["answers"] is None:  # fewer than ten ballots, or texts
            return ""
        for answer, _ in self.groups:
            named = [each[0] if isinstance(each, list) else each for each in answer]
            doubtful = len(named) > len(set(named)) or set(named) - set(self.ids)
            if not named or (doubtful and named != [self.none]):
                return f"a ballot says what was not asked: {answer}"
        count, winners = getattr(self, self.asked["kind"])()
        if winners is None:
            winners = [i for i, line in count.items() if line[0] == 1 and line[2]]
        for id_, line in sorted(count.items(), key=lambda found: found[1][0] or 999):
            print(f"  {self.texts[id_]}: {line[1:]}{' *' * (id_ in winners)}")
        told = {id_: (rank, n, score, parts) for id_, rank, n, score, parts in self.result["lines"]}
        same = winners == self.result["winners"] and self.number == self.result["voters"]
        return "" if same and count == told else f"published was {self.result}"

    def named(self, option, places=slice(None)):
        return sum(n for answer, n in self.groups if option in answer[places])

    def voices(self):
        """A voice for each option that is named; no opinion stands apart from yes and no."""
        number = {i: self.named(i) for i in self.texts}
        apart = self.none if self.asked["kind"] == "yes_no" else None
        ranks = self.ranked({i: n for i, n in number.items() if i != apart})
        return {i: (ranks.get(i, 0), n, n, []) for i, n in number.items()}, None

    yes_no = single = approval = voices

    def favourites(self):
        """3, 2, 1 points; equal points: more first, then more second choices."""
        at = {i: [self.named(i, slice(p, p + 1)) for p in range(3)] for i in self.ids}
        points = {i: 3 * at[i][0] + 2 * at[i][1] + at[i][2] for i in self.ids}
        ranks = self.ranked({i: (points[i], *at[i]) for i in self.ids})
        count = {i: (ranks[i], sum(at[i]), points[i], at[i]) for i in self.ids}
        kept = [] if 2 * self.refused > self.number else None
        return count | {self.none: (0, self.refused, 0, [0, 0, 0])}, kept

    def judgment(self):
        """The best lower median; equal ones lose one median after the other until they part."""
        given = [({} if a == [self.none] else dict(a), n) for a, n in self.groups]
        row = {i: sorted(g for a, n in given for g in [a.get(i, 0)] * n) for i in self.ids}
        gauge = {i: self.medians(row[i]) for i in self.ids}
        ranks, middle = self.ranked(gauge), {i: (gauge[i] or [0])[0] for i in self.ids}
        parts = {i: [row[i].count(grade) for grade in range(6)] for i in self.ids}
        count = {
            i: (ranks[i], sum(n for a, n in given if i in a), middle[i], parts[i]) for i in self.ids
        }
        return count | {self.none: (0, self.refused, 0, [0] * 6)}, None

    def scale(self):
        """How often each grade 1–5 was given; nothing is decided."""
        given = [(dict(answer), n) for answer, n in self.groups if answer != [self.none]]
        at = {i: [sum(n for a, n in given if a.get(i) == g) for g in range(1, 6)] for i in self.ids}
        total = {i: sum(grade * n for grade, n in enumerate(at[i], 1)) for i in self.ids}
        count = {i: (0, sum(at[i]), total[i], at[i]) for i in self.ids}
        return count | {self.none: (0, self.refused, 0, [0] * 5)}, []

    def budget(self):
        """More voices first, then the cheaper, then the list's order; what fits is kept."""
        money, cost = self.asked["budget"], {o["id"]: o["cost"] for o in self.asked["options"]}
        number = {i: self.named(i) for i in self.ids}
        count = {i: (rank, number[i], number[i], []) for i, rank in self.ranked(number).items()}
        count[self.none] = (0, self.refused, self.refused, [])
        order = sorted((i for i in self.ids if number[i]), key=lambda i: (-number[i], cost[i]))
        if 2 * self.refused > self.number or not order:
            return count, []
        kept = self.shares(money, order, cost) if self.asked["counting"] == "equal_shares" else []
        for i in order:
            if i not in kept and cost[i] <= money - sum(cost[k] for k in kept):
                kept.append(i)
        return count, kept

    def shares(self, money, order, cost):
        """Equal shares, raised by 5 % at a time up to the double while the budget holds."""
        kept, groups = [], [group for group in self.groups if group[0] != [self.none]]
        for percent in range(100, 201, 5):
            share = Fraction(money * percent, 100 * sum(n for _, n in groups))
            bought = self.buy(share, order, cost, groups)
            left = money - sum(cost[i] for i in bought)
            if left < 0 and percent > 100:
                break
            kept = bought
            if all(i in kept or cost[i] > left for i in order):
                break
        return kept

    def ranked(self, keys):
        """1 plus the number of options with a larger key."""
        return {i: 1 + sum(other > key for other in keys.values()) for i, key in keys.items()}

    def medians(self, row):
        """The lower median, then that of what is left, and so on: from the middle outwards."""
        low, high, odd = row[: (len(row) + 1) // 2][::-1], row[(len(row) + 1) // 2 :], len(row) % 2
        return low[:odd] + [g for pair in zip(low[odd:], high, strict=True) for g in pair]

    def buy(self, share, order, cost, groups):
        """Always the project with the most effective voices, while its voters can pay it."""
        purse, bought = [share] * len(groups), []
        while able := {i: self.price(cost[i], i, purse, groups) for i in order if i not in bought}:
            bought.append(max(able, key=lambda i: able[i][1]))
            most, effective = able[bought[-1]]
            if not effective:
                return bought[:-1]
            for g, (answer, _) in enumerate(groups):
                purse[g] -= min(purse[g], most) if bought[-1] in answer else 0
        return bought

    def price(self, cost, project, purse, groups):
        """The most that one voter pays, and the effective voices; (0, 0) if they can't."""
        backers = sorted((purse[g], n) for g, (answer, n) in enumerate(groups) if project in answer)
        owed, left = cost, sum(n for _, n in backers)
        for has, n in backers:
            if has * left >= owed:
                return Fraction(owed, left), Fraction(cost * left, owed) if owed else left
            owed, left = owed - has * n, left - n
        return 0, 0


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        for asked in json.load(file)["questions"]:
            print(f"{asked['position']}. {asked['title']['fr']}")
            if fault := Question(asked).check():
                sys.exit(f"  DIFFÉRENT : {fault}")
            print("  le compte est bon")
