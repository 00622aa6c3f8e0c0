// SPDX-License-Identifier: Apache-2.0

internal import Linux
internal import Synchronization
package import SystemPackage

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
  ///   - namespaces: For each namespace, its possible files, as for ``NamespaceThread``.
  ///   - replyTimeout: How long to wait for each reply, from a microsecond to an hour.
  package init(
    _ protocol: NetlinkProtocol = .generic, in namespaces: [[FilePath]], replyTimeout: Duration = .seconds(5)
  ) {
    let number = `protocol`.number
    let answers = Answers(namespaces.count)
    do throws(Errno) {
      try NamespaceThread.enter(each: namespaces) { position, failure in
        if let failure { return answers.put(.notEntered(failure), position) }
        do throws(NetlinkError) { answers.put(.opened(Parcel(try Descriptor.open(number))), position) } catch {
          answers.put(.failed(error), position)
        }
      }
    } catch {
      for position in namespaces.indices { answers.put(.notEntered(.noThread(error)), position) }
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
private final class Answers: Sendable {
  /// The answer in one namespace.
  enum Answer {
    case opened(Parcel)
    case notEntered(NamespaceError)
    case failed(NetlinkError)
  }

  let count: Int
  private let content: Mutex<[Answer]>

  init(_ count: Int) {
    self.count = count
    content = Mutex(Array(repeating: .notEntered(.timedOut), count: count))
  }

  func put(_ answer: Answer, _ position: Int) {
    content.withLock { $0[position] = answer }
  }

  /// The answer in this namespace, which is no longer kept here.
  ///
  /// An answer that comes later is dropped with the other answers, and its parcel closes its descriptor.
  func take(_ position: Int) -> Answer {
    content.withLock { answers in
      let answer = answers[position]
      answers[position] = .notEntered(.timedOut)
      return answer
    }
  }
}
