"""Room of harness: figures of what happened, with numerator, denominator and window, and objectives for them."""
