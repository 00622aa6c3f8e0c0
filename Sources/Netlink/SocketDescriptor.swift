// SPDX-License-Identifier: Apache-2.0

internal import CLibNL
internal import Glibc
internal import SystemPackage

/// The descriptor of a netlink socket: it sends and receives datagrams, and closes with its owner.
///
/// Its system calls are made here and not by libnl, which makes five more for each socket and folds errno into fewer
/// codes. The kernel gives the socket a port when it first sends.
struct Descriptor: ~Copyable, Sendable {
  private let number: CInt
  private let peer: UInt32

  /// Opens a socket in the network namespace of the calling thread.
  ///
  /// - Parameters:
  ///   - protocol: The number after `NETLINK_`.
  ///   - peer: The port to talk to; the kernel's is 0.
  /// - Throws: `NetlinkError`, when the system refuses the socket.
  init(_ protocol: CInt, peer: UInt32) throws(NetlinkError) {
    self.init(number: try Descriptor.open(`protocol`), peer: peer)
  }

  /// Takes over an open descriptor.
  init(number: CInt, peer: UInt32 = 0) {
    self.number = number
    self.peer = peer
  }

  deinit {
    close(number)
  }

  /// Opens a descriptor that is none of the standard streams.
  ///
  /// A caller may have closed those; what is printed must not reach the kernel.
  static func open(_ protocol: CInt) throws(NetlinkError) -> CInt {
    let type = CInt(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue)
    let number = try checked { socket(AF_NETLINK, type, `protocol`) }
    guard number <= STDERR_FILENO else { return number }
    defer { close(number) }
    return try checked { fcntl(number, F_DUPFD_CLOEXEC, STDERR_FILENO + 1) }
  }

  /// Sends one datagram.
  borrowing func send(_ datagram: UnsafeRawBufferPointer) throws(NetlinkError) {
    var address = sockaddr_nl(nl_family: sa_family_t(AF_NETLINK), nl_pad: 0, nl_pid: peer, nl_groups: 0)
    let number = number
    try checked {
      withUnsafePointer(to: &address) { address in
        address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
          let length = socklen_t(MemoryLayout<sockaddr_nl>.size)
          return CInt(sendto(number, datagram.baseAddress, datagram.count, 0, address, length))
        }
      }
    }
  }

  /// Takes a datagram that has come; the kernel answers while it is asked, so that it is there already.
  ///
  /// - Returns: its length; `nil` when there is none.
  borrowing func receive(into buffer: UnsafeMutableRawBufferPointer) throws(NetlinkError) -> Int? {
    var sender = sockaddr_nl()
    var size = socklen_t(MemoryLayout<sockaddr_nl>.size)
    let flags = CInt(MSG_DONTWAIT | MSG_TRUNC)
    let number = number
    let count: Int
    do throws(NetlinkError) {
      let result = try checked {
        withUnsafeMutablePointer(to: &sender) { sender in
          sender.withMemoryRebound(to: sockaddr.self, capacity: 1) { sender in
            CInt(clamping: recvfrom(number, buffer.baseAddress, buffer.count, flags, sender, &size))
          }
        }
      }
      count = Int(result)
    } catch .system(.resourceTemporarilyUnavailable), .system(.interrupted) {
      return nil
    }
    guard sender.nl_pid == peer else { throw .unexpectedReply }
    guard count <= buffer.count else { throw .truncatedReply }
    return count
  }

  /// Waits until a datagram comes.
  ///
  /// - Throws: `NetlinkError.timedOut`, when the deadline has passed.
  borrowing func wait(_ deadline: inout Deadline) throws(NetlinkError) {
    let limit = deadline.millisecondsLeft
    var question = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
    do throws(NetlinkError) {
      guard try checked({ poll(&question, 1, limit) }) > 0 else { throw .timedOut }
    } catch .system(.interrupted) {
      return
    }
  }
}

/// The one seam between libnl's return codes and Swift errors.
///
/// libnl folds errno into fewer codes of its own, so the errno of the system call is what is kept;
/// libnl's code counts only where there was no system call to fail.
///
/// - Returns: what `call` returned, which is never negative.
/// - Throws: `NetlinkError`, when it returned a negative libnl code.
@discardableResult
func checked(_ call: () -> CInt) throws(NetlinkError) -> CInt {
  errno = 0
  let result = call()
  let failure = errno
  guard result < 0 else { return result }
  switch -result {
  case NLE_AGAIN: throw .timedOut
  case NLE_MSG_TRUNC: throw .truncatedReply
  case _ where failure != 0: throw .system(Errno(rawValue: failure))
  default: throw .library(String(cString: nl_geterror(result)))
  }
}

/// How long to wait yet; the time runs from the first time that one has to.
///
/// In milliseconds of the monotonic clock, as poll(2) takes them: Swift's own clock and durations cost the way that
/// every call takes more than all the waiting that it does.
struct Deadline {
  private let limit: Int
  private var end = 0

  /// Deadline for so many milliseconds, at least one.
  init(milliseconds limit: Int) {
    self.limit = limit
  }

  /// What is left; 0 when the time is up.
  var millisecondsLeft: CInt {
    mutating get {
      var time = timespec()
      clock_gettime(CLOCK_MONOTONIC, &time)
      let now = time.tv_sec * 1000 + time.tv_nsec / 1_000_000
      // One more, for the part of a millisecond that is over already.
      if end == 0 { end = now + limit + 1 }
      return CInt(max(end - now, 0))
    }
  }
}

extension Duration {
  /// The duration, or the nearest that makes sense to wait.
  var bounded: Duration { min(max(self, .microseconds(1)), .seconds(3600)) }

  /// The duration in whole milliseconds, at least one.
  var wholeMilliseconds: Int { max(Int(bounded / .milliseconds(1)), 1) }
}
