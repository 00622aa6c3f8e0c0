// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// The program is one file.
  ///
  /// It works without any other file, even without /proc.
  @Suite struct LoneProgramTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    @Test func showsAndSets() async throws {
      expect(try await run("show"), equals: Outcome(0, "Timeout (tcp tcpfin udp): 900 120 300\n"))
      expect(
        try await run("set", "60", "30", "-"),
        equals: Outcome(
          0, "Timeout (tcp tcpfin udp): 60 30 300 (was 900 120 300)\n",
          "ipvs-timeout: cannot lock /run/ipvs-timeout/lock (No such file or directory, errno 2), so another change may run"
            + " at the same time; make sure that none does\n"))
      expect(try await netns.timeouts(), equals: "60 30 300")
    }

    @Test func speaksIpvsadmsLanguage() async throws {
      expect(try await run("--set", "60", "30", "60"), equals: Outcome())
      expect(try await run("-L", "--timeout"), equals: Outcome(0, "Timeout (tcp tcpfin udp): 60 30 60\n"))
      expect(try await netns.timeouts(), equals: "60 30 60")
    }

    @Test func usesTheFullParser() async throws {
      expect(
        try await run("verify", "--udp", "5m", "--format", "json").anonymous,
        equals: Outcome(
          0,
          #"{"netns":"host","backend":"netlink","as_wanted":true,"wanted":{"tcp":null,"tcpfin":null,"udp":300},"#
            + #""timeouts":{"tcp":900,"tcpfin":120,"udp":300},"drift":[]}"# + "\n"))
      let help = try await run("--help")
      #expect(help.status == 0 && help.stdout.contains("Exit status"), "\(help)")
    }

    /// Runs a copy of the program in a directory that has only the copy.
    private func run(_ arguments: String...) async throws -> Outcome {
      try await Guest.output(["cp", Guest.program, "\(directory.path)/program"])
      return try await netns.run(["chroot", directory.path, "/program"] + arguments)
    }
  }
}
