"""The regulation said a second time, as plainly as it can be, to judge the portal's own reading by.

`law`, `days` and `hours` read `credits/regulation/*.yaml` by themselves and import nothing of the portal: what both
get wrong, two people would have had to get wrong. The tests beside them ask both the same thing, a few hundred times
in `make test` and `MANY` times each in `make test-deep`.
"""
