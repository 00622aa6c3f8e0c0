// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

extension RealKernel {
  /// Programs that other users than root can change are never run.
  @Suite(.clearingUp) struct HardeningProgramTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    @Test(arguments: ["show", "set 1 2 3", "set 1 2 3 --dry-run", "verify 1 2 3", "with --udp 5 -- true"])
    func doesNotRunAProgramThatOthersCanChange(_ words: String) async throws {
      let fake = try program()
      try await Guest.output(["chmod", "757", fake])
      let arguments = words.split(separator: " ").map(String.init)
      let options = ["--backend", "ipvsadm", "--ipvsadm", fake]
      let outcome = try await netns.run([Guest.program, arguments[0]] + options + arguments.dropFirst())
      #expect(outcome.status == 77, "\(outcome)")
      #expect(
        outcome.isOneSentence
          && outcome.stderr.hasSuffix(
            " with the program \(fake): other users can write to \(fake), so they could control what it does; name with"
              + " --ipvsadm a program that only root can change, such as /usr/sbin/ipvsadm\n"),
        "\(outcome)")
      expect(directory.text("ran"), equals: "")
      expect(try await netns.timeouts(), equals: "900 120 300")
    }

    /// A record of a trial names the program, too.
    @Test func doesNotRunAProgramOfARecordThatOthersCanChange() async throws {
      let fake = try program()
      let killed = try await netns.program(
        "with", "--backend", "ipvsadm", "--ipvsadm", fake, "--udp", "5", "--", "sh", "-c", "kill -9 $PPID")
      #expect(killed.status == -SIGKILL, "\(killed)")
      expect(try await netns.timeouts(), equals: "900 120 5")
      try await Guest.output(["sh", "-c", #"rm "$0/ran"; chmod 777 "$0""#, directory.path])
      let refused = try await netns.program("rollback")
      #expect(refused.status == 77, "\(refused)")
      #expect(refused.stderr.contains("other users can write to \(directory.path), so"), "\(refused)")
      expect(directory.text("ran"), equals: "")
      expect(try await netns.timeouts(), equals: "900 120 5")
      // The record is still there.
      try await Guest.output(["chmod", "755", directory.path])
      expect(try await netns.program("rollback").status, equals: 0)
      expect(try await netns.timeouts(), equals: "900 120 300")
    }

    /// A program that writes down that it ran, and does what ipvsadm does.
    private func program() throws -> String {
      try directory.script("ipvsadm", #"echo "$@" >>"${0%/*}/ran"; exec \#(Guest.ipvsadm) "$@""#)
    }
  }
}
