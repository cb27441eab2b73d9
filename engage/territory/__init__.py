"""The contract: neighbourhoods, places, axes, actions and organisations."""
