"""What Python raises where a library does not check its input; the text of such an exception may quote the input."""

MALFORMED = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, AssertionError, RecursionError)
