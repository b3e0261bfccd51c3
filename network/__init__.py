"""Which hosts may be connected to; pure, for every room that speaks to others."""
