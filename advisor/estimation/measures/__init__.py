"""Which protections can be used where: one module a family, each proposing feasible uses or saying why there are
none."""

from advisor.estimation.measures.dimensions import Choice, Dimension, Offer, offer

__all__ = ["Choice", "Dimension", "Offer", "offer"]
