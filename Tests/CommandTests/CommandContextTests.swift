// SPDX-License-Identifier: Apache-2.0

import Testing

/// One command of the built program in many network namespaces, with a fake ipvsadm in each.
@Suite(.serialized) struct CommandContextTests {
  private static let two = "bind /run/netns/blue; bind /run/docker/netns/1-abc; "

  @Test(
    arguments: [
      (
        "show --netns blue --netns host --netns /run/docker/netns/1-abc --netns blue", 0,
        """
        blue: Timeout (tcp tcpfin udp): 900 120 300
        host: Timeout (tcp tcpfin udp): 900 120 300
        /run/docker/netns/1-abc: Timeout (tcp tcpfin udp): 900 120 300

        """
      ),
      (
        "set 60 - 5 --netns blue --netns 1-abc", 0,
        """
        blue: Timeout (tcp tcpfin udp): 60 120 5 (was 900 120 300)
        1-abc: Timeout (tcp tcpfin udp): 60 120 5 (was 900 120 300)

        """
      ),
      (
        "verify 60 120 5 --netns blue", 1,
        "blue: tcp is 900 s, wanted 60 s\nblue: udp is 300 s, wanted 5 s\n"
      ),
      ("verify 900 - - --netns blue --quiet", 0, ""),
      ("verify 60 - - --netns blue --quiet", 1, ""),
      (
        "show --netns blue --netns 1-abc --format json", 0,
        """
        {"netns":"blue","backend":"ipvsadm","timeouts":{"tcp":900,"tcpfin":120,"udp":300}}
        {"netns":"1-abc","backend":"ipvsadm","timeouts":{"tcp":900,"tcpfin":120,"udp":300}}

        """
      ),
      (
        "verify --udp 5 --netns blue --netns 1-abc --format prometheus | grep -v '=\"tcp'", 0,
        """
        # HELP ipvs_timeout_seconds IPVS connection timeout.
        # TYPE ipvs_timeout_seconds gauge
        ipvs_timeout_seconds{netns="blue",timeout="udp"} 300
        ipvs_timeout_seconds{netns="1-abc",timeout="udp"} 300
        # HELP ipvs_timeout_drift Whether the timeout differs from the wanted one.
        # TYPE ipvs_timeout_drift gauge
        ipvs_timeout_drift{netns="blue",timeout="udp"} 1
        ipvs_timeout_drift{netns="1-abc",timeout="udp"} 1
        # HELP ipvs_timeout_up Whether the timeouts could be read.
        # TYPE ipvs_timeout_up gauge
        ipvs_timeout_up{netns="blue"} 1
        ipvs_timeout_up{netns="1-abc"} 1

        """
      ),
      ("show --netns blue --format rules", 0, "--set 900 120 300\n"),
      // There is no virtual service.
      ("show --netns blue --netns 1-abc --in-use", 0, ""),
    ] as [(String, Int32, String)])
  func `does its work in each`(command: String, status: Int32, output: String) async throws {
    try await withPrivateNamespaces { namespaces in
      let (command, rest) = command.divided
      let ending = try await namespaces.run(Self.two + "\"$program\" \(command) $ipvsadm \(rest)")
      #expect(ending.anonymous == .init(status: status, output: output))
    }
  }

  @Test func `keeps the timeouts of each apart`() async throws {
    try await withPrivateNamespaces { namespaces in
      let ending = try await namespaces.run(
        Self.two + """
          "$program" set --tcp 60 --netns blue $ipvsadm
          "$program" show --all-netns $ipvsadm
          "$program" show $ipvsadm
          """)
      #expect(
        ending
          == .init(
            status: 0,
            output: """
              blue: Timeout (tcp tcpfin udp): 60 120 300 (was 900 120 300)
              host: Timeout (tcp tcpfin udp): 900 120 300
              blue: Timeout (tcp tcpfin udp): 60 120 300
              1-abc: Timeout (tcp tcpfin udp): 900 120 300
              Timeout (tcp tcpfin udp): 900 120 300

              """))
    }
  }

  @Test func `continues after a failure, and ends with the largest status`() async throws {
    try await withPrivateNamespaces { namespaces in
      let ending = try await namespaces.run(
        Self.two + "\"$program\" verify 60 - - --netns blue --netns no-such --netns 1-abc $ipvsadm")
      #expect(ending.status == 71)
      #expect(ending.output == "blue: tcp is 900 s, wanted 60 s\n1-abc: tcp is 900 s, wanted 60 s\n")
      #expect(
        ending.errors.hasPrefix(
          "ipvs-timeout: cannot read the timeouts in the network namespace no-such with the program "))
      #expect(
        ending.errors.hasSuffix(
          ": there is no such namespace; run `ipvs-timeout show --all-netns` for a list\n"))
    }
  }

  @Test func `reports where a timeout did not take effect, and continues`() async throws {
    try await withPrivateNamespaces(first: "[ \"$1\" = -L ] || exit 0") { namespaces in
      let ending = try await namespaces.run(
        Self.two + "\"$program\" set - - 5 --netns blue --netns 1-abc $ipvsadm --format prometheus --quiet")
      #expect(ending.status == 71)
      #expect(ending.output == "")
      let lines = ending.errors.split(separator: "\n")
      #expect(lines.count == 2)
      for (line, name) in zip(lines, ["blue", "1-abc"]) {
        #expect(
          line.hasPrefix(
            "ipvs-timeout: the timeouts in the network namespace \(name) differ from the values just set: udp is 300 s,"
              + " wanted 5 s; "))
      }
    }
  }

  @Test func `stops at a failure that would be the same everywhere`() async throws {
    let refusal = "echo \"Can't initialize ipvs: Permission denied (you must be root)\" >&2; exit 2"
    try await withPrivateNamespaces(first: refusal) { namespaces in
      let ending = try await namespaces.run(
        Self.two + "\"$program\" show --netns blue --netns 1-abc --netns host $ipvsadm")
      #expect(ending.status == 77)
      #expect(ending.output == "")
      #expect(ending.errors.split(separator: "\n").count == 1)
      #expect(ending.errors.contains("in the network namespace blue with the program"))
    }
  }

  /// The shell has one capability more than the program, which therefore may not inspect the shell.
  @Test func `reports that some namespaces could not be read`() async throws {
    try await withPrivateNamespaces { namespaces in
      let restrained = #"setpriv --bounding-set -sys_ptrace --inh-caps -sys_ptrace "$program""#
      let sentence =
        "ipvs-timeout: cannot see in which network namespaces 1 of the processes live, so that some namespaces may be"
        + " missing here; run it as root with the capability CAP_SYS_PTRACE\n"
      let ending = try await namespaces.run(
        "bind /run/netns/blue; \(restrained) show --all-netns --format prometheus $ipvsadm > /run/output; "
          + "grep udp /run/output; "
          + "\(restrained) show --all-netns --quiet $ipvsadm; echo $?")
      #expect(
        ending
          == .init(
            status: 0,
            output: """
              ipvs_timeout_seconds{netns="host",timeout="udp"} 300
              ipvs_timeout_seconds{netns="blue",timeout="udp"} 300
              77

              """, errors: sentence + sentence))
      // The policy has no error.
      let check = try await namespaces.run("\(restrained) check-policy \"$policy\" --all-netns; echo $?")
      #expect(check == .init(status: 0, output: "host: nothing\n0\n", errors: sentence))
      // If namespaces are named, no others are searched for.
      let named = try await namespaces.run("\(restrained) show --netns host --quiet $ipvsadm; echo $?")
      #expect(named == .init(status: 0, output: "0\n"))
    }
  }
}

extension String {
  /// The text before a pipe, and the rest.
  fileprivate var divided: (Substring, Substring) {
    let end = firstIndex(of: "|") ?? endIndex
    return (self[..<end], self[end...])
  }
}
