// SPDX-License-Identifier: Apache-2.0

package import Linux
internal import Synchronization
internal import SystemPackage

/// Sockets that are opened in other network namespaces, all at once, and returned one by one.
///
/// They stay in their namespaces.
///
/// Sockets that are not requested are closed with the batch.
package struct SocketBatch: ~Copyable, Sendable {
  private let answers: Answers
  private var position = 0
  private let replyTimeout: Duration

  /// Opens the sockets.
  ///
  /// - Parameters:
  ///   - protocol: The netlink protocol, which decides the part of the kernel.
  ///   - count: How many namespaces there are.
  ///   - replyTimeout: How long to wait for each reply, from a microsecond to an hour.
  ///   - enter: Enters the namespace with a number.
  package init(
    _ protocol: NetlinkProtocol = .generic, count: Int, replyTimeout: Duration = .seconds(5),
    by enter: @escaping NamespaceThread.Entering
  ) {
    let number = `protocol`.number
    let answers = Answers(count)
    do throws(Errno) {
      try NamespaceThread.enter(each: count, by: enter) { position, failure in
        if let failure { return answers.put(.notEntered(failure), position) }
        do throws(NetlinkError) { answers.put(.opened(Parcel(try Descriptor.open(number))), position) } catch {
          answers.put(.failed(error), position)
        }
      }
    } catch {
      for position in 0..<count { answers.put(.notEntered(.noThread(error)), position) }
    }
    self.answers = answers
    self.replyTimeout = replyTimeout
  }

  /// The socket in the next namespace; `nil` after the last one.
  ///
  /// - Throws: `NetlinkError`: the reason why there is no socket in this namespace.
  package mutating func next() throws(NetlinkError) -> Socket? {
    guard position < answers.count else { return nil }
    let answer = answers.take(position)
    position += 1
    switch answer {
    case .opened(let parcel): return Socket(Descriptor(number: parcel.take()), replyTimeout: replyTimeout)
    case .notEntered(let error): throw .namespace(error)
    case .failed(let error): throw error
    }
  }

  deinit {
    // The thread may still refer to them.
    for position in position..<answers.count {
      if case .opened(let parcel) = answers.take(position) { parcel.close() }
    }
  }
}

/// The answers in several namespaces, which other threads fill in.
///
/// They are not in an array: for an array of them, the runtime would look up metadata.
private final class Answers: Sendable {
  /// The answer in one namespace.
  enum Answer {
    case opened(Parcel)
    case notEntered(NamespaceError)
    case failed(NetlinkError)
  }

  let count: Int
  // A pointer is not Sendable. Only a thread that holds the lock uses this memory; `init` and `deinit` have it alone.
  nonisolated(unsafe) private let content: UnsafeMutablePointer<Answer>
  private let lock = Mutex(())

  init(_ count: Int) {
    self.count = count
    content = .allocate(capacity: count)
    content.initialize(repeating: .notEntered(.timedOut), count: count)
  }

  deinit {
    content.deinitialize(count: count)
    content.deallocate()
  }

  func put(_ answer: Answer, _ position: Int) {
    lock.withLock { _ in content[position] = answer }
  }

  /// The answer in this namespace, which is no longer kept here.
  ///
  /// An answer that comes later is dropped with the other answers, and its parcel closes its descriptor.
  func take(_ position: Int) -> Answer {
    lock.withLock { _ in
      let answer = content[position]
      content[position] = .notEntered(.timedOut)
      return answer
    }
  }
}
