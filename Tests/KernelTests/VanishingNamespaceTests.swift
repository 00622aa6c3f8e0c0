// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// Namespaces that end while the program runs.
  @Suite(.clearingUp) struct VanishingNamespaceTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    @Test func areReported() async throws {
      _ = try await Neighbours.add("blue", "red")
      // The first socket is opened when all namespaces have been found, and before any is entered.
      let outcome = try await netns.run([Guest.program, "show", "--all-netns"], stoppingAt: "socket", 1) {
        try await Guest.output(["ip", "netns", "delete", "blue"])
      }
      expect(
        outcome,
        equals: Outcome(
          71,
          """
          host: Timeout (tcp tcpfin udp): 900 120 300
          red: Timeout (tcp tcpfin udp): 900 120 300
          pid 1 (bash): Timeout (tcp tcpfin udp): 900 120 300

          """,
          "ipvs-timeout: cannot open IPVS in the network namespace /run/netns/blue: there is no such namespace (No such"
            + " file or directory, errno 2); run `ipvs-timeout show --all-netns` for a list\n"))
    }

    @Test func answerAsLongAsTheyAreOpen() async throws {
      let red = try await Neighbours.add("red")[0]
      // The third request goes to the other namespace: the family, the timeouts here, the timeouts there.
      let words = ["show", "--netns", "host", "--netns", "red"]
      let outcome = try await netns.run([Guest.program] + words, stoppingAt: "sendto", 2) {
        try await red.set(11, 12, 13)
        try await Guest.output(["ip", "netns", "delete", "red"])
      }
      expect(
        outcome,
        equals: Outcome(
          0, "host: Timeout (tcp tcpfin udp): 900 120 300\nred: Timeout (tcp tcpfin udp): 11 12 13\n"))
    }

    @Test(arguments: ["show --in-use", "set --udp 60 --all-netns"])
    func neverBringItDown(_ words: String) async throws {
      // Sixteen namespaces appear and end all the time.
      let loop = """
        for i in 0 1 2 3 4 5 6 7 8 9 a b c d e f; do echo "netns add v$i"; done >"$0/add"
        sed s/add/delete/ "$0/add" >"$0/delete"
        until [ -e "$0/stop" ]; do ip -batch "$0/add"; ip -batch "$0/delete"; done
        """
      async let churn = Guest.run(["sh", "-c", loop, directory.path])
      let end = ContinuousClock.now + .seconds(1)
      // On a busy machine, a second may be too short.
      var runs = 0
      var statuses: [Int32: Int] = [:]
      repeat {
        runs += 1
        let command = ["timeout", "-s", "KILL", "600", Guest.program] + words.split(separator: " ").map(String.init)
        let outcome = try await netns.run(command)
        statuses[outcome.status, default: 0] += 1
        let errors = outcome.stderr.split(separator: "\n")
        #expect(outcome.status == (errors.isEmpty ? 0 : 71), "\(outcome)")
        #expect(errors.allSatisfy(isAboutANamespaceThatHasEnded), "\(outcome)")
        if !words.contains("in-use") { #expect(outcome.stdout.hasPrefix("host: Timeout "), "\(outcome)") }
      } while .now < end || runs < 5
      try directory.write("stop", "")
      _ = try await churn
      #expect(statuses[0, default: 0] + statuses[71, default: 0] > 2, "\(statuses)")
      try await Namespace.initial.set(900, 120, 300)
    }

    /// One of the sixteen, or the namespace of a process that another test has ended.
    private func isAboutANamespaceThatHasEnded(_ line: Substring) -> Bool {
      if line.contains(" in the network namespace pid ") { return line.contains(": there is no such namespace (") }
      return line.hasPrefix("ipvs-timeout: cannot ") && line.contains(" in the network namespace /run/netns/v")
        && (line.contains(": there is no such namespace (No such file or directory, errno 2); ")
          || line.contains(": the file is not a network namespace (Invalid argument, errno 22); "))
    }
  }
}
