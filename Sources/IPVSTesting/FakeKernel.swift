// SPDX-License-Identifier: Apache-2.0

internal import Glibc
public import IPVS
internal import Netlink
internal import Synchronization
public import SystemPackage

/// A fake kernel for tests.
///
/// It holds three timeouts in this process, and answers a real ``/IPVS/Client``.
///
/// ```swift
/// let kernel = FakeKernel()
/// let change = try kernel.client().changeTimeouts(to: Timeouts(udp: 60))
/// #expect(change.isAsWanted)
/// #expect(kernel.requests == [.readTimeouts, .setTimeouts(Timeouts(udp: 60)), .readTimeouts])
/// ```
///
/// It needs no privilege and no kernel module. Its clients use a pair of Unix sockets instead of netlink, so no test
/// can change the timeouts of the machine by mistake. To test what your code does when IPVS cannot be opened, create an
/// `IPVSError`.
public final class FakeKernel: Sendable {
  /// A request to the kernel.
  public enum Request: Sendable, Hashable {
    /// Read the timeouts (`IPVS_CMD_GET_CONFIG`).
    case readTimeouts
    /// Set these timeouts (`IPVS_CMD_SET_CONFIG`); `nil` keeps the current value.
    case setTimeouts(Timeouts)
  }

  /// How the kernel handles a request.
  public enum Answer: Sendable, Hashable {
    /// It carries out the request.
    case comply
    /// It answers with this error and changes nothing.
    case refuse(Errno)
    /// It carries out the request but does not answer, so the client times out.
    case stayMute
    /// It carries out the request but sends an answer to something else.
    case confuse
  }

  private struct State {
    var timeouts: Timeouts
    var requests: [Request] = []
  }

  private let state: Mutex<State>
  private let answer: @Sendable (Request) -> Answer

  /// Creates a kernel.
  ///
  /// - Parameters:
  ///   - timeouts: The timeouts at the beginning; `nil` means that the kernel was built without this protocol.
  ///   - answer: Decides how each request is handled. It is called on another thread.
  public init(
    timeouts: Timeouts = .kernelDefault, answer: @escaping @Sendable (Request) -> Answer = { _ in .comply }
  ) {
    state = Mutex(State(timeouts: timeouts))
    self.answer = answer
  }

  /// The timeouts of the kernel.
  ///
  /// Set them to act as another program that changes them.
  public var timeouts: Timeouts {
    get { state.withLock { $0.timeouts } }
    set { state.withLock { $0.timeouts = newValue } }
  }

  /// The requests of all clients, in order.
  public var requests: [Request] { state.withLock { $0.requests } }

  /// Opens a client of this fake kernel.
  ///
  /// - Parameters:
  ///   - namespace: The network namespace that the client reports. Nothing is entered.
  ///   - replyTimeout: How long the client waits for each answer.
  /// - Returns: The client. Its `forEach` opens the real namespaces of this machine, but no real kernel has the family
  ///   that it then asks for, so all requests there fail.
  /// - Throws: `IPVSError`, when the system refuses a pair of sockets or a thread.
  public func client(
    in namespace: NetworkNamespace = .current, replyTimeout: Duration = .seconds(5)
  ) throws(IPVSError) -> Client {
    var ends: (CInt, CInt) = (-1, -1)
    // Sockets of this type ignore the address of the kernel, which a client adds to each request.
    let type = CInt(SOCK_SEQPACKET.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
    let isPaired = withUnsafeMutableBytes(of: &ends) {
      socketpair(AF_UNIX, type, 0, $0.assumingMemoryBound(to: CInt.self).baseAddress) == 0
    }
    guard isPaired else { throw IPVSError(.refused, .open, in: namespace, errno: Errno(rawValue: errno)) }
    let client = Client(
      namespace, over: Netlink.Socket(talkingTo: ends.0, replyTimeout: replyTimeout),
      Family(id: KernelMessage.family, version: 1))
    let end = ends.1
    let failure = Thread.start { [self] in serve(end) }
    guard failure == 0 else {
      close(end)
      throw IPVSError(.refused, .open, in: namespace, errno: Errno(rawValue: failure))
    }
    return client
  }
}

extension FakeKernel {
  /// Answers one client until it closes its end.
  private func serve(_ end: CInt) {
    defer { close(end) }
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(end, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      guard let question = KernelMessage(buffer[..<count]) else { continue }
      guard let reply = reply(to: question) else { continue }
      // The client may have closed its end.
      guard send(end, reply, reply.count, CInt(MSG_NOSIGNAL)) == reply.count else { return }
    }
  }

  private func reply(to question: KernelMessage) -> [UInt8]? {
    guard let request = question.request else { return question.error(.notSupported) }
    let answer = answer(request)
    let timeouts = state.withLock { state in
      state.requests.append(request)
      if case .setTimeouts(let wanted) = request, answer.isCarriedOut {
        state.timeouts = wanted.merging(state.timeouts)
      }
      return state.timeouts
    }
    switch (answer, request) {
    case (.refuse(let errno), _): return question.error(errno)
    case (.stayMute, _): return nil
    case (.comply, .readTimeouts), (.confuse, .setTimeouts): return question.config(timeouts)
    case (.comply, .setTimeouts), (.confuse, .readTimeouts): return question.error(Errno(rawValue: 0))
    }
  }
}

extension FakeKernel.Answer {
  fileprivate var isCarriedOut: Bool {
    if case .refuse = self { false } else { true }
  }
}

/// A separate thread, because its work may block.
private final class Thread: Sendable {
  private let body: @Sendable () -> Void

  private init(_ body: @escaping @Sendable () -> Void) { self.body = body }

  /// Starts a thread.
  ///
  /// - Returns: 0, or the errno if the system refuses the thread.
  static func start(_ body: @escaping @Sendable () -> Void) -> CInt {
    let task = Unmanaged.passRetained(Thread(body))
    var thread = pthread_t()
    let failure = pthread_create(
      &thread, nil,
      { task in
        if let task { Unmanaged<Thread>.fromOpaque(task).takeRetainedValue().body() }
        return nil
      }, task.toOpaque())
    guard failure == 0 else {
      task.release()
      return failure
    }
    pthread_detach(thread)
    return 0
  }
}
