// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// As many namespaces as a large director has containers.
  @Suite(.clearingUp) struct ManyNamespacesTests {
    private let directory = ScratchDirectory.current

    @Test func areAllShownWithFewFilesAndSystemCalls() async throws {
      let count = 999
      try await batch("netns add many%g", count)
      try await Namespace(name: "many500").set(11, 12, 13)
      // 1000 with the namespace of the test, and 1001 with the guest's.
      let outcome = try await Guest.run(["sh", "-c", "ulimit -n 64; exec \"$0\" show --all-netns", Guest.program])
      let lines = outcome.stdout.split(separator: "\n")
      #expect(outcome.status == 0 && outcome.stderr.isEmpty, "\(outcome.stderr)")
      #expect(lines.count == count + 2)
      #expect(lines.first == "host: Timeout (tcp tcpfin udp): 900 120 300")
      #expect(lines.filter { $0.hasSuffix(": Timeout (tcp tcpfin udp): 900 120 300") }.count == count + 1)
      #expect(lines.contains("many500: Timeout (tcp tcpfin udp): 11 12 13"))
      let some = try await systemCalls("--netns many1")
      let all = try await systemCalls("--all-netns")
      #expect(some > 20, "strace saw too little")
      #expect(all > 4 * count, "strace saw too little")
      #expect(all - some <= 9 * (count + 1), "\(Double(all - some) / Double(count + 1)) for each namespace")
      // Before Linux 7.2, four files tell that there is no connection.
      let inUse = try await systemCalls("--in-use")
      #expect(inUse > 8 * count, "strace saw too little")
      #expect(inUse - some <= 18 * (count + 1), "\(Double(inUse - some) / Double(count + 1)) for each namespace")
      try await batch("netns delete many%g", count)
    }

    /// The number of system calls that show these namespaces.
    private func systemCalls(_ words: String) async throws -> Int {
      try await Guest.output(
        ["strace", "-f", "-c", "-U", "calls,name", "-o", "\(directory.path)/counts", Guest.program, "show"]
          + words.split(separator: " ").map(String.init))
      let total = directory.text("counts").split(separator: "\n").last ?? ""
      #expect(total.hasSuffix(" total"), "\(total)")
      return total.split(separator: " ").first.flatMap { Int($0) } ?? 0
    }

    private func batch(_ command: String, _ count: Int) async throws {
      try await Guest.output(["sh", "-c", "seq -f '\(command)' \(count) | ip -batch -"])
    }
  }
}
