// SPDX-License-Identifier: Apache-2.0

internal import Linux
package import SystemPackage

/// Sockets that are opened in other network namespaces, all at once, and returned one by one.
///
/// They stay in their namespaces.
///
/// Sockets that are not requested are closed with the batch.
package struct SocketBatch: ~Copyable, Sendable {
  /// The answer in one namespace.
  ///
  /// It is not a `Result`: the Swift runtime would search the whole executable for the conformance of its error.
  private enum Answer {
    case opened(Parcel)
    case failed(NetlinkError)
  }

  private var answers: [Answer] = []
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
    let visits = NamespaceThread.visit(inEach: namespaces) { () -> Answer in
      do throws(NetlinkError) { return .opened(Parcel(try Descriptor.open(number))) } catch {
        return .failed(error)
      }
    }
    for visit in visits {
      switch visit {
      case .done(let answer): answers.append(answer)
      case .failed(let error): answers.append(.failed(.namespace(error)))
      }
    }
    self.replyTimeout = replyTimeout
  }

  /// The socket in the next namespace; `nil` after the last one.
  ///
  /// - Throws: `NetlinkError`: the reason why there is no socket in this namespace.
  package mutating func next() throws(NetlinkError) -> Socket? {
    guard position < answers.count else { return nil }
    let answer = answers[position]
    position += 1
    switch answer {
    case .opened(let parcel): return Socket(Descriptor(number: parcel.take()), replyTimeout: replyTimeout)
    case .failed(let error): throw error
    }
  }

  deinit {
    // The thread may still refer to them.
    for case .opened(let parcel) in answers[position...] { parcel.close() }
  }
}
