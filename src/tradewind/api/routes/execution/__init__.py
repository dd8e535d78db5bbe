"""What running tasks ask of the metadata database.

One plain function for each request of ``domain.messages.data``, registered in ``HANDLERS``; ``answer``
checks the fence and calls it. The data server (a Unix socket on this machine) and the execution API
(HTTP, from elsewhere) are two doors to the same functions. No web framework is loaded here.
"""
