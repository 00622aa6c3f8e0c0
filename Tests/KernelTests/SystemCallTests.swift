// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// Loops and hooks run the program.
  ///
  /// It may make at most 60 system calls; ipvsadm makes 109.
  @Suite struct SystemCallTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    @Test(arguments: ["show", "set 60 30 60", "--set 60 30 60", "-L --timeout"])
    func makesFew(_ words: String) async throws {
      let trace = "\(directory.path)/trace"
      let outcome = try await netns.run(
        ["strace", "-f", "-qq", "-o", trace, Guest.program] + words.split(separator: " ").map(String.init))
      #expect(outcome.status == 0, "\(outcome)")
      let calls = directory.text("trace").split(separator: "\n").filter {
        $0.contains("(") && !$0.contains("exit_group(")
      }
      #expect(calls.count > 20, "strace saw too little: \(calls)")
      #expect(calls.count <= 60, "\(calls.joined(separator: "\n"))")
    }
  }
}
