# Text of a block → checked values. pydantic lives here and nowhere else.
