// SPDX-License-Identifier: Apache-2.0

import SystemPackage
import TestSupport
import Testing

/// The built program from its arguments to its output, with a fake ipvsadm.
@Suite struct ProgramBackendTests {
  @Test(
    arguments: [
      (["show"], 0, "Timeout (tcp tcpfin udp): 900 120 300\n", ""),
      ([], 0, "Timeout (tcp tcpfin udp): 900 120 300\n", ""),
      (["show", "--quiet"], 0, "", ""),
      (
        ["show", "--format", "json"], 0,
        #"{"netns":"host","backend":"ipvsadm","timeouts":{"tcp":900,"tcpfin":120,"udp":300}}"# + "\n", ""
      ),
      (["verify", "900", "120", "300"], 0, "Timeout (tcp tcpfin udp): 900 120 300 (as wanted)\n", ""),
      (["verify", "15m", "-", "5m"], 0, "Timeout (tcp tcpfin udp): 900 120 300 (as wanted)\n", ""),
      (["verify", "60", "120", "60"], 1, "tcp is 900 s, wanted 60 s\nudp is 300 s, wanted 60 s\n", ""),
      (["verify", "60", "120", "60", "--quiet"], 1, "", ""),
      (["set", "60", "30", "60"], 0, "Timeout (tcp tcpfin udp): 60 30 60 (was 900 120 300)\n", "--set 60 30 60\n"),
      (["set", "--udp", "5s"], 0, "Timeout (tcp tcpfin udp): 900 120 5 (was 900 120 300)\n", "--set 0 0 5\n"),
      (["set", "900", "120", "300"], 0, "Timeout (tcp tcpfin udp): 900 120 300 (unchanged)\n", "--set 900 120 300\n"),
      (["set", "-", "-", "-"], 0, "Timeout (tcp tcpfin udp): 900 120 300 (unchanged)\n", ""),
      (["set", "60", "30", "60", "--quiet"], 0, "", "--set 60 30 60\n"),
      (
        ["set", "60", "30", "60", "--dry-run"], 0,
        "Timeout (tcp tcpfin udp): 900 120 300 (would become 60 30 60)\n", ""
      ),
    ] as [([String], Int32, String, String)])
  func `sends the timeouts and prints the result`(arguments: [String], status: Int32, output: String, sent: String)
    async throws
  {
    try await withTemporaryDirectory { directory in
      let ipvsadm = try await FakeIpvsadm(in: directory)
      #expect(try await ipvsadm.run(arguments).anonymous == .init(status: status, output: output))
      #expect(try ipvsadm.sent == sent)
    }
  }

  @Test func `a timeout that had no effect is an error, after the report`() async throws {
    try await withTemporaryDirectory { directory in
      let ipvsadm = try await FakeIpvsadm(in: directory, first: "[ \"$1\" = -L ] || exit 0")
      #expect(
        try await ipvsadm.run(["set", "60", "120", "60"])
          == .init(
            status: 71,
            output: "Timeout (tcp tcpfin udp): 900 120 300 (unchanged)\n",
            errors:
              "ipvs-timeout: the timeouts in this network namespace differ from the values just set: tcp is 900 s, wanted"
              + " 60 s, udp is 300 s, wanted 60 s; another program may have changed them (keepalived,"
              + " kube-proxy, kube-router: set them there, too), or the kernel lacks the protocol\n"))
    }
  }

  @Test(
    arguments: [
      (
        "exit 1", 71,
        "it failed with status 1 and printed no message; run `% -L --timeout` by hand to see more; if it is DPVS's"
          + " ipvsadm, change tcp and udp timeouts in dpvs.conf, then send dpvs SIGHUP"
      ),
      (
        "echo 'Are you sure that dpvs is running?' >&2; exit 2", 69,
        "it is the ipvsadm of DPVS, which can neither read nor set timeouts: \"Are you sure that dpvs is running?\";"
          + " change tcp and udp timeouts in dpvs.conf, then send dpvs SIGHUP"
      ),
      (
        "echo \"Can't initialize ipvs: Protocol not available\" >&2; exit 2", 69,
        #"it finds no IPVS here: "Can't initialize ipvs: Protocol not available"; run `modprobe ip_vs`, or start the service that this ipvsadm talks to"#
      ),
      (
        "echo \"Can't initialize ipvs: Permission denied (you must be root)\" >&2; exit 2", 77,
        #"it has no permission: "Can't initialize ipvs: Permission denied (you must be root)";"#
          + " run it as root of the host, with CAP_NET_ADMIN"
      ),
      (
        "echo garbage; exit 0", 70,
        #"it printed "garbage\n" instead of ipvsadm's line; if it is not ipvsadm, name the real one with --ipvsadm"#
      ),
      (
        "exec cat /dev/zero", 70,
        "it printed far more than ipvsadm does; if it is not ipvsadm, name the real one with --ipvsadm"
      ),
      ("kill -s KILL $$", 71, "it was killed by signal 9; run `% -L --timeout` by hand to see more"),
    ] as [(String, Int32, String)])
  func `reports a failure of ipvsadm`(script: String, status: Int32, reason: String) async throws {
    try await withTemporaryDirectory { directory in
      let ipvsadm = try await FakeIpvsadm(in: directory, first: script)
      let path = ipvsadm.path.string
      let sentence = reason.split(separator: "%", omittingEmptySubsequences: false).joined(separator: path)
      for arguments in [["show"], ["set", "60", "30", "60"], ["verify", "60", "30", "60"]] {
        #expect(
          try await ipvsadm.run(arguments)
            == .init(
              status: status,
              errors: "ipvs-timeout: cannot read the timeouts in this network namespace with the program \(path):"
                + " \(sentence)\n"))
      }
    }
  }

  @Test func `runs ipvsadm even if all standard streams are closed`() async throws {
    try await withTemporaryDirectory { directory in
      let ipvsadm = try await FakeIpvsadm(in: directory)
      let ending = try await BuiltProgram.run(
        script: #"""
          unshare --mount sh -c 'mount -t tmpfs none /run && exec "$0" "$@" <&- >&- 2>&-' \
            "$0" set 60 30 60 --quiet --backend ipvsadm --ipvsadm "$1"
          echo $?
          """#,
        [ipvsadm.path.string])
      #expect(ending == .init(status: 0, output: "0\n"))
      #expect(try ipvsadm.sent == "--set 60 30 60\n")
    }
  }
}
