"""Who is asking, and may they?

``users`` knows the people and their passwords, ``passwords`` compares them, ``tokens`` signs and reads the
tokens that requests carry, and ``permissions`` holds the one policy function that every door asks. Nothing
here answers over HTTP: a wrong password is ``None``, a bad token is a typed error, and the caller says
what that means to its peer.
"""
