// SPDX-License-Identifier: Apache-2.0

import Testing

/// The namespaces that the built program finds in `/run/netns` and `/run/docker/netns`, and how a policy matches them.
@Suite(.serialized) struct BoundNamespaceTests {
  private static let check = #"""
    "$program" check-policy "$policy" 2>&1 | sed "s|$policy|POLICY|"
    """#

  @Test func `each is listed once, with its best name`() async throws {
    try await withPrivateNamespaces { namespaces in
      let ending = try await namespaces.run(
        """
        bind /run/netns/blue; again /run/netns/blue /run/netns/azure
        bind /run/netns/two; bind /run/docker/netns/two
        again /run/netns/two /run/docker/netns/again
        bind /run/docker/netns/1-abc; bind /run/netns/host; bind /run/netns/.hidden
        bind "/run/netns/$(printf 'odd\\033\\n\\377.')"
        again /proc/self/ns/net /run/docker/netns/default
        \(Self.check)
        """)
      #expect(
        ending
          == .init(
            status: 0,
            output: """
              host: nothing
              .hidden: nothing
              azure: nothing
              /run/netns/host: nothing
              odd\\u{1B}\\n\u{FFFD}.: nothing
              two: nothing
              1-abc: nothing
              /run/docker/netns/two: nothing

              """))
    }
  }

  @Test func `a policy matches each by all its paths, and the host only as host`() async throws {
    try await withPrivateNamespaces { namespaces in
      let ending = try await namespaces.run(
        policy: """
          host 1 - -
          /run/docker/netns/* 2 - -
          two 3 - -
          /var/run/netns/* - 5 -
          blue - - 6
          default - - 7

          """,
        """
        bind /run/netns/blue; again /run/netns/blue /run/netns/azure
        bind /run/netns/two; bind /run/docker/netns/two
        bind /run/docker/netns/1-abc; bind /run/netns/host
        again /proc/self/ns/net /run/docker/netns/default
        \(Self.check)
        """)
      #expect(
        ending
          == .init(
            status: 0,
            output: """
              host: tcp 1 s (line 1)
              azure: tcpfin 5 s (line 4), udp 6 s (line 5)
              /run/netns/host: tcpfin 5 s (line 4)
              two: tcp 3 s (line 3), tcpfin 5 s (line 4)
              1-abc: tcp 2 s (line 2)
              /run/docker/netns/two: tcp 3 s (line 3)
              ipvs-timeout: POLICY:6: no network namespace matches "default": only this one has such a name, and a line for it begins with `host`

              """))
    }
  }

  @Test func `a file that is no namespace is none`() async throws {
    try await withPrivateNamespaces { namespaces in
      let ending = try await namespaces.run(
        policy: "left - - 1\n/run/docker/netns/left - - 2\nle?t - - 3\nblue - - 4\n",
        """
        bind /run/netns/blue; bind /run/docker/netns/both
        : > /run/netns/left; : > /run/docker/netns/left; : > /run/netns/both; : > /run/file
        mkdir /run/netns/directory; mkfifo /run/netns/pipe
        ln -s /no/such /run/netns/dead; ln -s /run/file /run/netns/link; ln -s /proc/self/ns/uts /run/netns/ipc
        : > /run/netns/uts; mount --bind /proc/self/ns/uts /run/netns/uts
        \(Self.check)
        "$program" check-policy "$policy" --netns both
        """)
      #expect(
        ending
          == .init(
            status: 0,
            output: """
              host: nothing
              blue: udp 4 s (line 4)
              both: nothing
              ipvs-timeout: POLICY:1: no network namespace matches "left": /run/netns/left is another file
              ipvs-timeout: POLICY:2: no network namespace matches "/run/docker/netns/left": /run/docker/netns/left is another \
              file
              ipvs-timeout: POLICY:3: no network namespace matches "le?t"
              both: nothing

              """))
    }
  }

  /// Those of a Docker with another --exec-root, and what a policy reaches through links.
  @Test func `those bound elsewhere are found by their paths`() async throws {
    try await withPrivateNamespaces { namespaces in
      let ending = try await namespaces.run(
        policy: """
          /run/data/netns/w* 1 - -
          /run/link/netns/web - 2 -
          /run/*/netns/{x} - - 3
          /run/srv/net 4 - -
          web - - 5
          /run/none/* 6 - -
          /run/srv/file 7 - -

          """,
        """
        mkdir -p /run/data/netns /run/srv; bind /run/data/netns/web; bind '/run/data/netns/{x}'; bind /run/netns/blue
        ln -s data /run/link; again /run/netns/blue /run/data/netns/blue; : > /run/srv/file
        unshare --net sleep 60 & other=$!
        until [ "$(readlink /proc/$other/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.02; done
        ln -s /proc/$other/ns/net /run/srv/net
        \(Self.check)
        kill $other
        """)
      #expect(
        ending
          == .init(
            status: 0,
            output: """
              host: nothing
              blue: nothing
              /run/data/netns/web: tcp 1 s (line 1), tcpfin 2 s (line 2), udp 5 s (line 5)
              /run/data/netns/{x}: udp 3 s (line 3)
              /run/srv/net: tcp 4 s (line 4)
              ipvs-timeout: POLICY:6: no network namespace matches "/run/none/*"
              ipvs-timeout: POLICY:7: no network namespace matches "/run/srv/file"

              """))
    }
  }

  @Test func `a namespace bound only in another mount namespace has the name that it has there`() async throws {
    try await withPrivateNamespaces { namespaces in
      let ending = try await namespaces.run(
        policy: "/run/snap/netns/* 1 - -\nweb - 2 -\nblue - - 3\n/var/run/snap/netns/web - - 4\n",
        """
        mkdir /run/snap; bind /run/netns/blue
        unshare --mount sh -c '
          mount -t tmpfs none /run/snap; mkdir /run/snap/netns; : > /run/snap/netns/web; : > /run/snap/netns/blue
          mount --bind /run/netns/blue /run/snap/netns/blue
          unshare --net mount --bind /proc/self/ns/net /run/snap/netns/web; : > /run/ready; exec sleep 60' & other=$!
        until [ -e /run/ready ]; do sleep 0.02; done
        \(Self.check) | sed "s|/$other/|/PID/|"
        kill $other
        """)
      #expect(
        ending
          == .init(
            status: 0,
            output: """
              host: nothing
              blue: udp 3 s (line 3)
              /proc/PID/root/run/snap/netns/web: tcp 1 s (line 1), tcpfin 2 s (line 2), udp 4 s (line 4)

              """))
    }
  }

  @Test func `a missing directory has no namespace, and an unreadable one is reported`() async throws {
    try await withPrivateNamespaces { namespaces in
      let none = try await namespaces.run("rm -r /run/netns /run/docker; \(Self.check)")
      #expect(none == .init(status: 0, output: "host: nothing\n"))
      let file = try await namespaces.run("rm -r /run/netns; : > /run/netns; \"$program\" check-policy \"$policy\"")
      #expect(
        file
          == .init(
            status: 71,
            errors: "ipvs-timeout: cannot list the network namespaces (/run/netns, /run/docker/netns, /proc): the"
              + " system refused (Not a directory, errno 20); check the limits (`ulimit -a`), the security policy"
              + " and the free memory (`dmesg`)\n"))
    }
  }
}
