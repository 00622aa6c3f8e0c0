// SPDX-License-Identifier: Apache-2.0

internal import CLibNL
internal import Glibc
internal import SystemPackage

/// The descriptor of a netlink socket.
///
/// It sends and receives datagrams, and closes at the end of its life.
///
/// Its system calls are made here. libnl would make five more for each socket and map errno to fewer codes. The kernel
/// assigns the port of the socket when it sends first.
struct Descriptor: ~Copyable, Sendable {
  private let number: CInt
  private let peer: UInt32

  /// Opens a socket in the network namespace of the calling thread.
  ///
  /// - Parameters:
  ///   - protocol: The number after `NETLINK_`.
  ///   - peer: The port of the other side. The kernel has port 0.
  /// - Throws: `NetlinkError`, when the system refuses the socket.
  init(_ protocol: CInt, peer: UInt32) throws(NetlinkError) {
    self.init(number: try Descriptor.open(`protocol`), peer: peer)
  }

  /// Takes ownership of an open descriptor.
  init(number: CInt, peer: UInt32 = 0) {
    self.number = number
    self.peer = peer
  }

  deinit {
    close(number)
  }

  /// Opens a descriptor that is not one of the standard streams.
  ///
  /// The caller may have closed those, and output must not be sent to the kernel.
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

  /// Receives a datagram that has arrived.
  ///
  /// The kernel answers during the request, so it is there already.
  ///
  /// - Returns: The length of the datagram; `nil` if there is none.
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

  /// Waits until a datagram arrives.
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

/// The only place where return codes of libnl become Swift errors.
///
/// libnl maps errno to fewer codes. So the errno of the system call is kept, and libnl's code is used only if no system
/// call failed.
///
/// - Returns: The result of `call`, which is never negative.
/// - Throws: `NetlinkError`, when the result is a negative libnl code.
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

/// The time that is left to wait.
///
/// It starts with the first wait.
///
/// It counts milliseconds of the monotonic clock, as poll(2) expects them. Swift's own clock and durations would cost
/// every call more time than the wait itself.
struct Deadline {
  private let limit: Int
  private var end = 0

  /// A deadline after this number of milliseconds, at least 1.
  init(milliseconds limit: Int) {
    self.limit = limit
  }

  /// The time that is left, in milliseconds; 0 when it is over.
  var millisecondsLeft: CInt {
    mutating get {
      var time = timespec()
      clock_gettime(CLOCK_MONOTONIC, &time)
      let now = time.tv_sec * 1000 + time.tv_nsec / 1_000_000
      // One more, for the part of a millisecond that has already passed.
      if end == 0 { end = now + limit + 1 }
      return CInt(max(end - now, 0))
    }
  }
}

extension Duration {
  /// The duration, limited to 1 microsecond to 1 hour.
  var bounded: Duration { min(max(self, .microseconds(1)), .seconds(3600)) }

  /// The duration in whole milliseconds, at least 1.
  ///
  /// Without a division by another duration, which would take a floating-point number from the standard library, and
  /// without the parts of the duration, which take other pages of it.
  var wholeMilliseconds: Int { max(Int(bounded.attoseconds / 1_000_000_000_000_000), 1) }
}
