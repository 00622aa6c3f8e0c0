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
              ipvs-timeout: POLICY:6: no network namespace here is "default"

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
