"""The desk of the regulation (规则集): what is in force, what is drafted, what it would change."""
