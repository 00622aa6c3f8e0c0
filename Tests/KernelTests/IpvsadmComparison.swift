// SPDX-License-Identifier: Apache-2.0

import Subprocess
import Testing

/// Runs command lines with ipvsadm and with the program under test, in the same namespace and from the same timeouts.
struct IpvsadmComparison: ~Copyable {
  static let start = "901 121 301"

  private let kernel: KernelTimeouts
  private let directory: ScratchDirectory
  private let input: StandardInputWriter
  private var statuses: SubprocessOutputSequence.StringSequence<UTF8>.AsyncIterator

  /// Starts one shell that runs all the command lines, because that needs one process for each, not three.
  static func run(
    in netns: Namespace, _ directory: ScratchDirectory, _ body: (inout IpvsadmComparison) async throws -> Void
  ) async throws {
    let shell = netns.entering + ["/bin/sh"]
    let record = try await Subprocess.run(
      .path(try Guest.path(of: shell[0])), arguments: Arguments(Array(shell.dropFirst())), input: .inputWriter,
      output: .sequence, error: .discarded
    ) { shell in
      var comparison = IpvsadmComparison(
        kernel: try KernelTimeouts(of: netns), directory: directory, input: shell.standardInputWriter,
        statuses: shell.standardOutput.strings().makeAsyncIterator())
      try await body(&comparison)
    }
    #expect(record.terminationStatus == .exited(0))
  }

  /// Returns the result that a program has for a command line.
  mutating func outcome(of program: String, _ arguments: [[UInt8]]) async throws -> IpvsadmOutcome {
    try kernel.set(901, 121, 301)
    let line = ([Array(program.utf8)] + arguments).map { IpvsadmComparison.quoted($0) }.joined(separator: [0x20])
    let tail = " </dev/null >\(directory.path)/out 2>\(directory.path)/err; echo $?\n"
    _ = try await input.write(Array(line) + Array(tail.utf8))
    let status = try await statuses.next()
    return IpvsadmOutcome(
      status: try #require(status.flatMap { Int($0) }, "the shell gave no status but \(String(describing: status))"),
      stdout: directory.text("out"), stderr: directory.text("err"), timeouts: try kernel.values())
  }

  /// Compares the two programs.
  ///
  /// Every difference that matters is a failure that names the command line.
  ///
  /// - Returns: The result of ipvsadm.
  @discardableResult
  mutating func compare(_ vector: IpvsadmVector, program: String) async throws -> IpvsadmOutcome {
    let theirs = try await outcome(of: Guest.ipvsadm, vector.arguments)
    let ours = try await outcome(of: program, vector.arguments)
    if theirs.isAnotherOperation || theirs.isAboutForeignOption || vector.hasForeignValue {
      #expect(ours.isRefusal, "\(vector): \(ours), \(theirs)")
    } else if theirs.status == 0 || theirs.isAboutValues {
      #expect(ours == theirs, "\(vector)")
    } else {
      #expect(ours.status == theirs.status && ours.isRefusal, "\(vector): \(ours), \(theirs)")
    }
    if theirs.status != 0 || theirs.isAnotherOperation {
      #expect(ours.timeouts == IpvsadmComparison.start, "\(vector) was refused, and yet changed something")
    }
    return theirs
  }

  private static func quoted(_ argument: [UInt8]) -> [UInt8] {
    let quote = UInt8(ascii: "'")
    return [quote] + argument.flatMap { $0 == quote ? Array(#"'\''"#.utf8) : [$0] } + [quote]
  }
}
