# SPDX-License-Identifier: Apache-2.0
"""Answer on TCP port 8080 and report what happens to each connection. The line `wait SECONDS` is answered that much later."""

import socket
import threading
import time


def serve(connection, peer):
    try:
        while line := connection.recv(4096).decode():
            if line.startswith("wait "):
                time.sleep(float(line.split()[1]))
            connection.sendall(b"answer to " + line.encode())
        print(peer, "closed", flush=True)
    except OSError as error:
        print(peer, type(error).__name__, flush=True)
    connection.close()


listener = socket.create_server(("", 8080), backlog=100)
print("listening", flush=True)
while True:
    accepted, (address, port) = listener.accept()
    threading.Thread(target=serve, args=(accepted, f"{address}:{port}"), daemon=True).start()
