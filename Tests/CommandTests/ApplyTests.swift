// SPDX-License-Identifier: Apache-2.0

import Testing

/// The built program applying a policy to namespaces, with a fake ipvsadm in each.
@Suite(.serialized) struct ApplyTests {
  private static let policy = "host 15m - -\nblue 60 - -\n1-* - - 5s\n"
  private static let two = "bind /run/netns/blue; bind /run/docker/netns/1-abc; bind /run/netns/other; "
  private static let apply = #""$program" apply "$policy" $ipvsadm"#
  private static let sent = #"cat "${policy%/*}"/net*/sent 2> /dev/null | sort"#

  @Test func `sends only the values that differ`() async throws {
    try await expect(
      "\(Self.apply); echo $?; \(Self.sent); \(Self.apply); echo $?; \(Self.sent)",
      """
      host: Timeout (tcp tcpfin udp): 900 120 300 (unchanged)
      blue: Timeout (tcp tcpfin udp): 60 120 300 (was 900 120 300)
      1-abc: Timeout (tcp tcpfin udp): 900 120 5 (was 900 120 300)
      0
      --set 0 0 5
      --set 60 0 0
      host: Timeout (tcp tcpfin udp): 900 120 300 (unchanged)
      blue: Timeout (tcp tcpfin udp): 60 120 300 (unchanged)
      1-abc: Timeout (tcp tcpfin udp): 900 120 5 (unchanged)
      0
      --set 0 0 5
      --set 60 0 0

      """)
  }

  @Test(
    arguments: [
      (
        "--dry-run",
        """
        host: Timeout (tcp tcpfin udp): 900 120 300 (would stay so)
        blue: Timeout (tcp tcpfin udp): 900 120 300 (would become 60 120 300)
        1-abc: Timeout (tcp tcpfin udp): 900 120 300 (would become 900 120 5)

        """
      ),
      (
        "--dry-run --changed-only",
        """
        blue: Timeout (tcp tcpfin udp): 900 120 300 (would become 60 120 300)
        1-abc: Timeout (tcp tcpfin udp): 900 120 300 (would become 900 120 5)

        """
      ),
      (
        "--dry-run --changed-only --format prometheus | grep udp",
        """
        ipvs_timeout_seconds{netns="blue",timeout="udp"} 300
        ipvs_timeout_seconds{netns="1-abc",timeout="udp"} 300

        """
      ),
      (
        "--dry-run --netns blue --format json",
        #"{"netns":"blue","backend":"ipvsadm","before":{"tcp":900,"tcpfin":120,"udp":300},"#
          + #""after":{"tcp":60,"tcpfin":120,"udp":300},"changed":true,"dry_run":true}"# + "\n"
      ),
      ("--dry-run --quiet", ""),
      ("--dry-run --netns host --changed-only", ""),
      ("--dry-run --netns host --changed-only --format prometheus", ""),
      ("--dry-run --in-use --netns blue", ""),
    ])
  func `reports what would change, and changes nothing`(options: String, output: String) async throws {
    try await expect("\(Self.apply) \(options) 2> /dev/null; \(Self.sent)", output)
  }

  @Test func `prints only changes with --changed-only`() async throws {
    try await expect(
      "\(Self.apply) --changed-only --netns blue --netns host; \(Self.apply) --changed-only; \(Self.apply) --quiet",
      """
      blue: Timeout (tcp tcpfin udp): 60 120 300 (was 900 120 300)
      1-abc: Timeout (tcp tcpfin udp): 900 120 5 (was 900 120 300)

      """)
  }

  @Test func `reaches the state that verify expects`() async throws {
    let verify = #""$program" verify --policy "$policy" $ipvsadm"#
    try await expect(
      "\(verify); echo $?; \(Self.apply) --quiet; \(verify); echo $?",
      """
      host: Timeout (tcp tcpfin udp): 900 120 300 (as wanted)
      blue: tcp is 900 s, wanted 60 s
      1-abc: udp is 300 s, wanted 5 s
      1
      host: Timeout (tcp tcpfin udp): 900 120 300 (as wanted)
      blue: Timeout (tcp tcpfin udp): 60 120 300 (as wanted)
      1-abc: Timeout (tcp tcpfin udp): 900 120 5 (as wanted)
      0

      """)
  }

  @Test(arguments: ["# nothing\n", "blue - - -\n"])
  func `reports a policy that wants nothing`(policy: String) async throws {
    try await withPrivateNamespaces { namespaces in
      for command in ["apply \"$policy\"", "verify --policy \"$policy\""] {
        let ending = try await namespaces.run(policy: policy, Self.two + "\"$program\" \(command) $ipvsadm")
        #expect(ending.status == 0)
        #expect(ending.output == "")
        #expect(ending.errors.hasSuffix("/policy wants nothing in any of these network namespaces\n"))
        #expect(ending.errors.split(separator: "\n").count == 1)
        let quiet = try await namespaces.run(policy: policy, Self.two + "\"$program\" \(command) $ipvsadm --quiet")
        #expect(quiet == .init(status: 0))
      }
    }
  }

  @Test func `says which lines match nothing`() async throws {
    try await withPrivateNamespaces { namespaces in
      for command in ["apply \"$policy\"", "verify --policy \"$policy\"", "apply \"$policy\" --settle 1s"] {
        let script = Self.two + "\"$program\" \(command) $ipvsadm"
        for option in ["", " --quiet", " --format json"] {
          let ending = try await namespaces.run(policy: "no-such 1 - -\nlb_* 1 - -\nblue - - -\n", script + option)
          #expect(ending.status == 0)
          #expect(ending.output == "")
          let lines = ending.errors.split(separator: "\n").map { $0.split(separator: "/").last ?? "" }
          #expect(
            lines.suffix(2) == [
              #"policy:1: no network namespace matches "no-such""#, #"policy:2: no network namespace matches "lb_*""#,
            ], "\(command)\(option): \(ending)")
        }
      }
      // The units run this every minute.
      let script = Self.two + "\"$program\" apply \"$policy\" --changed-only $ipvsadm --quiet"
      #expect(try await namespaces.run(policy: "no-such 1 - -\n", script) == .init(status: 0))
    }
  }

  private func expect(_ script: String, _ output: String) async throws {
    try await withPrivateNamespaces { namespaces in
      let ending = try await namespaces.run(policy: Self.policy, Self.two + script)
      #expect(ending.errors == "")
      #expect(ending.output.anonymous == output)
    }
  }
}
