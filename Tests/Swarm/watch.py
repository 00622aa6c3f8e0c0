# SPDX-License-Identifier: Apache-2.0
"""watch.py FILE: until SIGTERM, watch /run/docker/netns. Then write to FILE what happened to each new file there.

One line for each: its name; the seconds until it was a namespace, until its timeouts last changed, and to which; and until
its first virtual service. In software emulation seconds are slow. The order counts.
"""

import os
import signal
import socket
import struct
import sys
import time

DIRECTORY = "/run/docker/netns"
GET_INFO, GET_TIMEOUTS = 1153, 1158  # linux/ip_vs.h: IP_VS_SO_GET_INFO, IP_VS_SO_GET_TIMEOUT


class Namespace:
    def __init__(self):
        self.appeared = time.monotonic()
        self.events = {}
        self.timeouts = None

    def note(self, event):
        self.events.setdefault(event, time.monotonic() - self.appeared)

    def look(self, file):
        os.setns(file, os.CLONE_NEWNET)
        self.note("a namespace")
        with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as kernel:
            timeouts = "%d %d %d" % struct.unpack("3i", kernel.getsockopt(socket.IPPROTO_IP, GET_TIMEOUTS, 12))
            services = struct.unpack("3I", kernel.getsockopt(socket.IPPROTO_IP, GET_INFO, 12))[2]
        if self.timeouts != timeouts:
            self.note(timeouts)
            self.timeouts = timeouts
        if services:
            self.note("a service")


def look(names, known):
    for name in names:
        namespace = known.setdefault(name, Namespace())
        try:
            file = os.open(f"{DIRECTORY}/{name}", os.O_RDONLY)
        except FileNotFoundError:
            continue
        try:
            namespace.look(file)
        except OSError:  # not a namespace yet, or no longer
            pass
        finally:
            os.setns(home, os.CLONE_NEWNET)
            os.close(file)


def stop(*_):
    global stopped
    stopped = True


stopped = False
signal.signal(signal.SIGTERM, stop)
home = os.open("/proc/self/ns/net", os.O_RDONLY)
old, known = set(os.listdir(DIRECTORY)), {}
while not stopped:
    look(sorted(set(os.listdir(DIRECTORY)) - old), known)
    time.sleep(0.1)
with open(sys.argv[1], "w") as report:
    for name, namespace in known.items():
        print(f"{name}:", ", ".join(f"{event} {seconds:.1f} s" for event, seconds in namespace.events.items()), file=report)
