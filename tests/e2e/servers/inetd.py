"""inetd.py PORT COMMAND... - listens at the ports of loopback; each connection is the standard input and output of a
shell command. As the first process of a PID namespace it also waits for those whose parents have ended."""
import contextlib
import os
import select
import socket
import subprocess
import sys

listeners = {socket.create_server(("127.0.0.1", int(port))): command
             for port, command in zip(sys.argv[1::2], sys.argv[2::2])}
while True:
    ready, _, _ = select.select(list(listeners), [], [], 1)
    for listener in ready:
        client, (host, port) = listener.accept()
        with client:
            subprocess.Popen(["sh", "-c", listeners[listener]], stdin=client, stdout=client,
                             env=os.environ | {"TCPREMOTEIP": host, "TCPREMOTEPORT": str(port), "TCPLOCALIP": host,
                                               "TCPLOCALPORT": str(listener.getsockname()[1])})
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
