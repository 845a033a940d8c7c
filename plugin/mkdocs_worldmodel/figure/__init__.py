# Kinds of figures. A kind is two pure functions: plan(spec) → the runs it needs, draw(spec, rollouts) → Bundle.
# A bundle is what the store keeps: files, and figure.json with all that the page says. page.py turns it, with
# title, id and URLs, into HTML; so a new title draws nothing again.
