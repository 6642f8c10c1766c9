"""Python imports this first if it finds it: whatever asks for the network then fails."""

import socket


def refuse(*arguments, **options):
    raise OSError("The web site is built without the network.")


socket.socket.connect = refuse
socket.getaddrinfo = refuse
