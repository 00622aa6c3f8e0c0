// SPDX-License-Identifier: Apache-2.0

import IPVS
import IPVSTesting
import SystemPackage
import Testing

/// The fake kernel for users' tests, and the results of a client with its answers.
@Suite struct FakeKernelTests {
  @Test func `answers with its timeouts`() throws {
    let kernel = FakeKernel(timeouts: Timeouts(tcp: 60, udp: 5))
    let client = try kernel.client(in: .named("blue"))
    #expect(try client.timeouts() == Timeouts(tcp: 60, udp: 5))
    kernel.timeouts = .kernelDefault
    #expect(try client.timeouts() == .kernelDefault)
    #expect(client.namespace == .named("blue"))
    #expect(kernel.requests == [.readTimeouts, .readTimeouts])
  }

  @Test func `sets the named timeouts and keeps the others`() throws {
    let kernel = FakeKernel()
    try kernel.client().setTimeouts(Timeouts(tcpFin: 30))
    #expect(kernel.timeouts == Timeouts(tcp: 900, tcpFin: 30, udp: 300))
    #expect(kernel.requests == [.setTimeouts(Timeouts(tcpFin: 30))])
  }

  @Test func `a change is read back`() throws {
    let kernel = FakeKernel()
    let change = try kernel.client().changeTimeouts(to: Timeouts(udp: 60))
    #expect(
      change
        == TimeoutsChange(
          wanted: Timeouts(udp: 60), before: .kernelDefault, after: Timeouts(tcp: 900, tcpFin: 120, udp: 60)))
    #expect(change.isAsWanted)
    #expect(kernel.requests == [.readTimeouts, .setTimeouts(Timeouts(udp: 60)), .readTimeouts])
  }

  @Test func `a dry run and an empty change send nothing`() throws {
    let kernel = FakeKernel()
    let client = try kernel.client()
    let change = try client.changeTimeouts(to: Timeouts(udp: 60), isDryRun: true)
    #expect(change.isDryRun && change.isChanged && change.isAsWanted)
    #expect(try !client.changeTimeouts(to: Timeouts()).isChanged)
    #expect(kernel.timeouts == .kernelDefault)
    #expect(kernel.requests == [.readTimeouts, .readTimeouts])
  }

  @Test func `a change by another program is drift, not an error`() throws {
    let kernel = FakeKernel(timeouts: Timeouts(tcp: 900))
    // This kernel was built without UDP.
    let change = try kernel.client().changeTimeouts(to: Timeouts(tcp: 60, udp: 5))
    #expect(change.after == Timeouts(tcp: 60, udp: 5))
    kernel.timeouts = Timeouts(tcp: 7)
    #expect(kernel.timeouts.drift(from: change.wanted).map(\.name) == [.tcp, .udp])
  }

  @Test(
    arguments: [
      (.refuse(.invalidArgument), .valueRefused, .invalidArgument, false),
      (.refuse(.noMemory), .refused, .noMemory, false), (.stayMute, .timedOut, nil, true),
      (.confuse, .unexpectedReply, nil, true),
    ] as [(FakeKernel.Answer, IPVSError.Code, Errno?, Bool)])
  func `fails to set as configured`(
    answer: FakeKernel.Answer, code: IPVSError.Code, errno: Errno?, isSet: Bool
  ) throws {
    let kernel = FakeKernel { request in request == .readTimeouts ? .comply : answer }
    let client = try kernel.client(replyTimeout: .milliseconds(100))
    let wanted = Timeouts(udp: 5)
    let error = #expect(throws: IPVSError.self) { try client.changeTimeouts(to: wanted) }
    #expect(error == IPVSError(code, .setTimeouts, sending: wanted, errno: errno))
    #expect(error?.mayHaveSetTimeouts == isSet)
    #expect((kernel.timeouts.udp == 5) == isSet)
    // A late or wrong answer is not used for the next request.
    #expect(try client.timeouts() == kernel.timeouts)
  }

  @Test(
    arguments: [
      (.refuse(.noMemory), .refused, .noMemory), (.stayMute, .timedOut, nil), (.confuse, .unexpectedReply, nil),
    ] as [(FakeKernel.Answer, IPVSError.Code, Errno?)])
  func `fails to read as configured`(answer: FakeKernel.Answer, code: IPVSError.Code, errno: Errno?) throws {
    let client = try FakeKernel { _ in answer }.client(replyTimeout: .milliseconds(100))
    #expect(throws: IPVSError(code, .readTimeouts, errno: errno)) { try client.timeouts() }
  }

  @Test func `a change that cannot be read back reports that it was sent`() throws {
    let kernel = FakeKernel()
    let failing = FakeKernel { request in
      if case .setTimeouts = request {
        kernel.timeouts = Timeouts()
        return .comply
      }
      return kernel.timeouts == Timeouts() ? .refuse(.noMemory) : .comply
    }
    let wanted = Timeouts(udp: 5)
    let error = IPVSError(.refused, .readTimeouts, sending: wanted, errno: .noMemory)
    #expect(throws: error) { try failing.client().changeTimeouts(to: wanted) }
    #expect(error.mayHaveSetTimeouts)
  }

  private final class Shared: Sendable {
    let client: Client

    init(_ client: consuming Client) { self.client = client }
  }

  /// Without a lock around each exchange, one task would get the answer of the other.
  @Test func `one client serves many tasks at once`() async throws {
    let kernel = FakeKernel()
    let shared = Shared(try kernel.client())
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 1...8 as ClosedRange<Int> {
        group.addTask {
          for _ in 0..<200 {
            #expect(try shared.client.timeouts().tcpFin == 120)
            try shared.client.setTimeouts(Timeouts(tcp: Timeout(seconds: number)))
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(kernel.requests.count == 8 * 200 * 2)
  }

  /// The namespaces belong to this machine.
  ///
  /// No real kernel has the family.
  @Test func `its clients in other namespaces find no real family`() throws {
    var results: [NetworkNamespace: IPVSError.Code] = [:]
    try FakeKernel().client().forEach(in: [.current, .path("/no/such"), .path("/")]) { namespace, result in
      do throws(IPVSError) {
        try result.get().setTimeouts(Timeouts(udp: 5))
      } catch {
        results[namespace] = error.code
        #expect(error.namespace == namespace)
      }
    }
    #expect(results == [.current: .unloaded, .path("/no/such"): .noSuchNamespace, .path("/"): .notANamespace])
  }

  @Test func `the loop over namespaces ends with the error of its body`() throws {
    var seen: [NetworkNamespace] = []
    #expect(throws: Errno.canceled) {
      try FakeKernel().client().forEach(in: [.path("/1"), .path("/2")]) { namespace, _ throws(Errno) in
        seen.append(namespace)
        throw .canceled
      }
    }
    #expect(seen == [.path("/1")])
  }
}
