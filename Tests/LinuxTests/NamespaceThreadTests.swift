// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import Linux

/// Visits to network namespaces that are there; they take root.
@Suite struct NamespaceThreadTests {
  private static let own: FilePath = "/proc/thread-self/ns/net"

  @Test func `is where it was sent, and the caller stays where it is`() throws {
    let foreign = try ForeignNamespace()
    let before = try ForeignNamespace.own
    let there = try NamespaceThread.run(in: [foreign.path]) { Result { try ForeignNamespace.own } }.get()
    #expect(try foreign.link == there)
    #expect(there != before)
    #expect(try ForeignNamespace.own == before)
  }

  @Test func `enters one after another, and reports each by itself`() throws {
    let (first, second) = (try ForeignNamespace(), try ForeignNamespace())
    let own = try NamespaceIdentity(Self.own)
    let there = [try NamespaceIdentity(first.path), try NamespaceIdentity(second.path), own]
    let answers = NamespaceThread.visit(
      inEach: [[first.path], ["/no/such"], ["/"], [second.path], [], ["/proc/self/ns/net"], [first.path]]
    ) { try? NamespaceIdentity(Self.own) }
    #expect(
      answers.map(\.result) == [
        .success(there[0]), .failure(.notOpened(.noSuchFileOrDirectory)), .failure(.notANamespace(nil)),
        .success(there[1]), .failure(.notOpened(.noSuchFileOrDirectory)), .success(own), .success(there[0]),
      ])
    #expect(Set(there).count == 3)
    #expect(try NamespaceIdentity(Self.own) == own)
  }

  @Test func `takes the first file that is there`() throws {
    let foreign = try ForeignNamespace()
    let files: [FilePath] = ["/no/such", "/no/such/either", foreign.path, "/proc/self/ns/net", "/"]
    let there = try NamespaceThread.run(in: files) { try? NamespaceIdentity(Self.own) }
    #expect(try there == NamespaceIdentity(foreign.path))
  }

  /// That a name means something else must not depend on a failure that passes.
  @Test(arguments: ["/", "/dev/null", "/dev/null/x"])
  func `takes no other where the first that is there is none`(path: String) {
    #expect(throws: NamespaceError.self) {
      try NamespaceThread.run(in: [FilePath(path), "/proc/self/ns/net"]) { _ = Issue.record("it went on") }
    }
  }

  @Test func `leaves no file open`() throws {
    let foreign = try ForeignNamespace()
    let identity = try NamespaceIdentity(foreign.path)
    for _ in 1...3 { try NamespaceThread.run(in: [foreign.path]) {} }
    let open = try FileReader.names(in: "/proc/self/fd").filter {
      (try? NamespaceIdentity(FilePath("/proc/self/fd").appending($0))) == identity
    }
    #expect(open.isEmpty)
  }

  @Test func `does not wait for what hangs there, and enters the others`() async {
    let never = DispatchSemaphore(value: 0)
    defer { never.signal() }
    // The time is taken on that thread, because this task may have to wait for other tests.
    let (answers, duration) = await onOwnThread {
      let start = ContinuousClock.now
      let answers = NamespaceThread.visit(inEach: [["/proc/self/ns/net"], ["/no/such"]]) { never.wait() }
        .map { $0.result.map { 0 } }
      return (answers, start.duration(to: .now))
    }.get()
    #expect(answers == [.failure(.timedOut), .failure(.notOpened(.noSuchFileOrDirectory))])
    #expect(duration >= .milliseconds(4900) && duration < .seconds(120))
  }

  @Test func `goes nowhere where nowhere is asked for`() {
    #expect(NamespaceThread.visit(inEach: []) { 1 }.isEmpty)
  }
}

extension NamespaceThread.Visit {
  fileprivate var result: Result<Value, NamespaceError> {
    switch self {
    case .done(let value): .success(value)
    case .failed(let error): .failure(error)
    }
  }
}
