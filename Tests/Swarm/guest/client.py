# SPDX-License-Identifier: Apache-2.0
"""client.py HOST writes|waits SILENCE

Connect to port 8080 of HOST and get one answer. Then be silent for SILENCE seconds:
`writes`: the client then asks again; `waits`: the client asks first, and the server answers only after the silence.
The last line is what became of it: `answer`, the name of an error, or `silence` when nothing came for 20 s more.
"""

import socket
import sys
import time

host, who, silence = sys.argv[1], sys.argv[2], float(sys.argv[3])
connection = socket.create_connection((host, 8080), 60)
connection.settimeout(60)
connection.sendall(b"hello")
print("from", "%s:%d" % connection.getsockname(), connection.recv(4096).decode(), flush=True)
try:
    if who == "writes":
        time.sleep(silence)
        connection.settimeout(20)
        connection.sendall(b"again")
    else:
        connection.sendall(b"wait %g" % silence)
        connection.settimeout(silence + 20)
    print("answer" if connection.recv(4096) else "end of file")
except TimeoutError:
    print("silence")
except OSError as error:
    print(type(error).__name__)
