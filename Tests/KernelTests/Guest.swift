// SPDX-License-Identifier: Apache-2.0

import Glibc
import Subprocess
import SystemPackage
import Testing

/// The throw-away kernel in which these tests run, and its programs.
enum Guest {
  static let ipvsadm = "/usr/sbin/ipvsadm"

  /// The statically linked program under test.
  static let program = variable("IPVS_TIMEOUT_PROGRAM") ?? ""

  /// The value of an environment variable; `nil` if it is not set.
  static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  /// The path of a system program.
  ///
  /// A path is returned unchanged.
  static func path(of name: String) throws -> FilePath {
    let places = name.contains("/") ? [name] : ["/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"].map { $0 + name }
    return FilePath(try #require(places.first { access($0, X_OK) == 0 }, "the guest has no \(name)"))
  }

  /// Runs a command, given as an absolute path or as the name of a system program, and waits for its end.
  static func run(_ command: [String]) async throws -> Outcome {
    let path = try path(of: try #require(command.first))
    let record = try await Subprocess.run(
      .path(path), arguments: Arguments(Array(command.dropFirst())), input: .none,
      output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
    return Outcome(record.terminationStatus.number, record.standardOutput, record.standardError)
  }

  /// Runs a command that must succeed.
  ///
  /// - Returns: Its standard output.
  @discardableResult
  static func output(_ command: [String]) async throws -> String {
    let outcome = try await run(command)
    guard outcome.status == 0 else { throw CommandFailed(command: command, outcome: outcome) }
    return outcome.stdout
  }
}

/// How a command ended and what it wrote.
struct Outcome: Equatable {
  /// The exit status, or the number of the signal that killed it, negative.
  let status: Int32
  let stdout: String
  let stderr: String

  init(_ status: Int32 = 0, _ stdout: String = "", _ stderr: String = "") {
    self.status = status
    self.stdout = stdout
    self.stderr = stderr
  }

  /// The outcome without the device and inode of the namespaces, which differ for each test.
  var anonymous: Outcome {
    let identity = /,"netns_device":([0-9]+|null),"netns_inode":([0-9]+|null)/
    return Outcome(status, stdout.replacing(identity, with: ""), stderr)
  }

  /// Whether the program's only output is one sentence on standard error.
  var isOneSentence: Bool { stdout.isEmpty && isErrorOneSentence }

  /// Whether standard error has one sentence of the program.
  var isErrorOneSentence: Bool {
    stderr.hasPrefix("ipvs-timeout: ") && stderr.hasSuffix("\n")
      && stderr.utf8.count { $0 == UInt8(ascii: "\n") } == 1
  }
}

/// Expects a value that another process provides.
///
/// `#expect` with `await` inside would not show the value; this does.
func expect<Value: Equatable>(
  _ actual: Value, equals expected: Value, _ comment: Comment? = nil,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(actual == expected, comment, sourceLocation: sourceLocation)
}

/// A command that the tests need, and that failed.
struct CommandFailed: Error, CustomStringConvertible {
  let command: [String]
  let outcome: Outcome

  var description: String { "\(command.joined(separator: " ")): \(outcome)" }
}

extension TerminationStatus {
  fileprivate var number: Int32 {
    switch self {
    case .exited(let status): status
    case .signaled(let signal): -signal
    }
  }
}
