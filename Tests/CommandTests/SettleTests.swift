// SPDX-License-Identifier: Apache-2.0

import Testing

/// `apply --settle` of the built program, while namespaces appear and disappear.
@Suite(.serialized) struct SettleTests {
  private static let apply = #""$program" apply "$policy" $ipvsadm"#

  /// Binding a namespace makes the file first, and unbinding one leaves the file for a moment.
  @Test func `continues with new namespaces until none has appeared for that time`() async throws {
    try await withPrivateNamespaces { namespaces in
      let ending = try await namespaces.run(
        policy: "blue 60 - -\n1-* - - 5s\nother 900 - -\n",
        """
        bind /run/netns/blue; bind /run/docker/netns/1-abc; bind /run/netns/other; bind /run/slow
        bind /run/early; : > /run/netns/1-early
        (
          until grep -q 1-abc /run/output; do sleep 0.1; done
          mount --bind /run/early /run/netns/1-early; until grep -q 1-early /run/output; do sleep 0.1; done
          umount /run/netns/other; : > /run/netns/1-slow; sleep 1
          rm /run/netns/other; mount --bind /run/slow /run/netns/1-slow; date +%s%N > /run/time
        ) &
        \(Self.apply) --settle 4s --changed-only > /run/output; echo $?; cat /run/output
        [ $(($(date +%s%N) - $(cat /run/time))) -ge 4000000000 ] && echo not before
        """)
      #expect(
        ending
          == .init(
            status: 0,
            output: """
              0
              blue: Timeout (tcp tcpfin udp): 60 120 300 (was 900 120 300)
              1-abc: Timeout (tcp tcpfin udp): 900 120 5 (was 900 120 300)
              1-early: Timeout (tcp tcpfin udp): 900 120 5 (was 900 120 300)
              1-slow: Timeout (tcp tcpfin udp): 900 120 5 (was 900 120 300)
              not before

              """))
    }
  }

  @Test func `reports a line that names a file which does not become a namespace`() async throws {
    try await withPrivateNamespaces { namespaces in
      let ending = try await namespaces.run(
        policy: "blue 60 - -\nr* 60 - -\n",
        ": > /run/netns/blue; : > /run/netns/red; \(Self.apply) --settle 1s --changed-only")
      #expect(ending.status == 0)
      #expect(ending.output == "")
      let reason = #"policy:1: no network namespace matches "blue": /run/netns/blue is another file"#
      #expect(ending.errors.hasSuffix(reason + "\n"), "\(ending)")
      #expect(ending.errors.split(separator: "\n").count == 1)
    }
  }
}
