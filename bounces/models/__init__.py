"""What came back, and the roads it comes by."""

from bounces.models.returned import CLAIM_LASTS, BounceEvent, InboundMessage

__all__ = ["CLAIM_LASTS", "BounceEvent", "InboundMessage"]
