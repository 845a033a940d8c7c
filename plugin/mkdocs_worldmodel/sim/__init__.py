# Physics and traffic: stepping many copies of a scenario at once. float64, element-wise only (no BLAS, powers
# as products, no sums over axes), so that a copy's bytes do not depend on who runs beside it.
