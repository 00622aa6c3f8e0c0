// SPDX-License-Identifier: Apache-2.0

import SystemPackage
import TestSupport
import Testing

/// Standard streams that are closed, full or without a reader.
@Suite struct StandardStreamsTests {
  private static let lost = "make it writable and try again, after a change with `ipvs-timeout show`"

  @Test func `standard output is closed`() async throws {
    #expect(
      try await BuiltProgram.run(script: "exec \"$0\" --version >&-")
        == .init(
          status: 71,
          errors:
            "ipvs-timeout: cannot write the result to standard output (Bad file descriptor, errno 9); \(Self.lost)\n"
        ))
  }

  @Test func `standard output is full`() async throws {
    #expect(
      try await BuiltProgram.run(script: "exec \"$0\" --version > /dev/full")
        == .init(
          status: 71,
          errors:
            "ipvs-timeout: cannot write the result to standard output (No space left on device, errno 28); \(Self.lost)\n"
        ))
  }

  @Test func `standard output is open for reading only`() async throws {
    #expect(
      try await BuiltProgram.run(script: "exec \"$0\" --help 1< /dev/null")
        == .init(
          status: 71,
          errors:
            "ipvs-timeout: cannot write the result to standard output (Bad file descriptor, errno 9); \(Self.lost)\n"
        ))
  }

  /// Descriptor 4 is a pipe whose reader has closed it.
  private static let pipeWithoutReader = #"mkfifo "$1/pipe"; exec 3<> "$1/pipe" 4> "$1/pipe" 3<&-; "#

  @Test(arguments: ["", "trap '' PIPE; "])
  func `the reader of standard output has closed it`(signal: String) async throws {
    for arguments in ["--version", "--help", "--generate-completion-script bash"] {
      try await withTemporaryDirectory { directory in
        let ending = try await BuiltProgram.run(
          script: signal + Self.pipeWithoutReader + "\"$0\" \(arguments) >&4; echo $?", [directory.string])
        #expect(ending == .init(status: 0, output: "141\n"))
      }
    }
  }

  @Test(arguments: ["", "trap '' PIPE; "])
  func `the reader of standard error has closed it`(signal: String) async throws {
    try await withTemporaryDirectory { directory in
      let ending = try await BuiltProgram.run(
        script: signal + Self.pipeWithoutReader + "\"$0\" bogus 2>&4; echo $?", [directory.string])
      #expect(ending == .init(status: 0, output: "64\n"))
    }
  }

  @Test(arguments: [
    ("--version", 71), ("--help", 71), ("bogus", 64), ("--set", 2), ("--set x y z", 2),
    ("show --backend ipvsadm --ipvsadm /no/such", 69),
  ])
  func `all three are closed`(arguments: String, status: Int32) async throws {
    let ending = try await BuiltProgram.run(script: "(exec \"$0\" \(arguments) <&- >&- 2>&-); echo $?")
    #expect(ending == .init(status: 0, output: "\(status)\n"))
  }

  @Test func `standard error is closed, and its message is not written elsewhere`() async throws {
    #expect(try await BuiltProgram.run(script: "exec \"$0\" bogus 2>&-") == .init(status: 64))
    #expect(
      try await BuiltProgram.run(script: "exec \"$0\" --version 2>&-")
        == .init(status: 0, output: "0.1.0\n"))
  }

  @Test(arguments: ["<&-", "< /dev/zero", "< /", "< /dev/null"])
  func `standard input does not matter`(redirection: String) async throws {
    #expect(
      try await BuiltProgram.run(script: "exec \"$0\" --version \(redirection)") == .init(status: 0, output: "0.1.0\n"))
  }
}
