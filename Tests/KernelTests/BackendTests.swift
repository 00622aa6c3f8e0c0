// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// Values that one backend writes are read by the others, and by ipvsadm.
  @Suite struct BackendTests {
    private let netns = Namespace.current

    static let backends = ["netlink", "sockopt", "ipvsadm"]

    @Test(arguments: backends, backends)
    func readsWhatAnotherWrote(_ writer: String, _ reader: String) async throws {
      expect(
        try await netns.program("set", "61", "31", "62", "--backend", writer),
        equals: Outcome(0, "Timeout (tcp tcpfin udp): 61 31 62 (was 900 120 300)\n"))
      expect(try await netns.timeouts(), equals: "61 31 62")
      expect(
        try await netns.program("show", "--backend", reader), equals: Outcome(0, "Timeout (tcp tcpfin udp): 61 31 62\n")
      )
      expect(
        try await netns.program("verify", "61", "31", "62", "--backend", reader),
        equals: Outcome(0, "Timeout (tcp tcpfin udp): 61 31 62 (as wanted)\n"))
      expect(
        try await netns.program("verify", "61", "30", "62", "--backend", reader),
        equals: Outcome(1, "tcpfin is 31 s, wanted 30 s\n"))
    }

    @Test(arguments: backends)
    func keepsTimeoutsThatAreNotNamed(_ backend: String) async throws {
      expect(
        try await netns.program("set", "--tcpfin", "45s", "--backend", backend),
        equals: Outcome(0, "Timeout (tcp tcpfin udp): 900 45 300 (was 900 120 300)\n"))
      expect(try await netns.timeouts(), equals: "900 45 300")
    }

    @Test(arguments: backends)
    func changesNothingInADryRun(_ backend: String) async throws {
      expect(
        try await netns.program("set", "1", "2", "3", "--dry-run", "--backend", backend),
        equals: Outcome(0, "Timeout (tcp tcpfin udp): 900 120 300 (would become 1 2 3)\n"))
      expect(try await netns.timeouts(), equals: "900 120 300")
    }

    @Test(arguments: backends)
    func isNamedInJSON(_ backend: String) async throws {
      expect(
        try await netns.program("show", "--format", "json", "--backend", backend).anonymous,
        equals: Outcome(
          0,
          #"{"netns":"host","backend":"\#(backend)","timeouts":{"tcp":900,"tcpfin":120,"udp":300}}"# + "\n"))
    }
  }
}
