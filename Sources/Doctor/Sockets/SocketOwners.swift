// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import IPVS
internal import Linux
internal import SystemPackage

/// Which programs have the sockets of some services, by the state of the sockets.
package struct SocketOwners: Sendable, Hashable {
  /// How many sockets of a service in one state are looked for.
  static let maximumSockets = 256

  /// A program, with all its processes.
  package struct Owner: Sendable, Hashable {
    /// Its name, as the kernel has it: at most 15 bytes, which its user chose.
    package let command: String
    /// Its processes that have such sockets.
    package let processes: [Int32]
    /// How many of the sockets that were looked for it has.
    package let sockets: Int
    package init(_ command: String, processes: [Int32], sockets: Int) {
      self.command = command
      self.processes = processes
      self.sockets = sockets
    }
  }

  /// The sockets of one service that are in one state.
  package struct Group: Sendable, Hashable {
    package let service: SocketService.Name
    package let state: HostSocket.State

    /// The sockets of a service in a state.
    package init(_ service: SocketService.Name, _ state: HostSocket.State) {
      self.service = service
      self.state = state
    }
  }

  /// The programs that have the sockets, the one with the most first.
  package private(set) var owners: [Group: [Owner]] = [:]
  /// How many processes did not show their files; to see them, root is needed, for some with CAP_SYS_PTRACE.
  package private(set) var hiddenProcesses = 0
  package init(_ owners: [Group: [Owner]] = [:], hiddenProcesses: Int = 0) {
    self.owners = owners
    self.hiddenProcesses = hiddenProcesses
  }

  /// Looks for the owners of sockets.
  ///
  /// - Parameters:
  ///   - services: Which services, and the states of the sockets that count.
  ///   - namespace: The network namespace.
  ///   - rule: How services are found.
  /// - Throws: ``IPVSError``, when the sockets cannot be read, or /proc is not there.
  package init(
    of services: [SocketService.Name: Set<HostSocket.State>], in namespace: NetworkNamespace, by rule: ServiceRule
  ) throws(IPVSError) {
    guard !services.isEmpty else { return }
    var wanted: [UInt32: Group] = [:]
    var numbers: [Group: Int] = [:]
    var table = try SocketTable(in: namespace, states: services.values.reduce([]) { $0.union($1) })
    while let socket = try table.next() {
      let group = Group(rule.service(of: socket), socket.state)
      guard socket.inode != 0, services[group.service]?.contains(socket.state) == true,
        numbers[group, default: 0] < SocketOwners.maximumSockets
      else { continue }
      numbers[group, default: 0] += 1
      wanted[socket.inode] = group
    }
    do throws(Errno) {
      try find(wanted)
    } catch {
      throw IPVSError(.refused, .readSockets, in: namespace, errno: error)
    }
  }

  private mutating func find(_ sockets: [UInt32: Group]) throws(Errno) {
    var left = sockets
    var found: [Group: [String: (processes: [Int32], sockets: Int)]] = [:]
    for process in try ProcessTable.numbers() where !left.isEmpty {
      do throws(Errno) {
        let own = try SocketOwners.sockets(of: process).compactMap { left.removeValue(forKey: $0) }
        guard !own.isEmpty else { continue }
        let command = ProcessTable.commandName(of: process)
        for (group, sockets) in Dictionary(grouping: own, by: \.self) {
          found[group, default: [:]][command, default: ([], 0)].processes.append(process)
          found[group]?[command]?.sockets += sockets.count
        }
      } catch .permissionDenied, .notPermitted {
        hiddenProcesses += 1
      } catch {
        // It has ended.
      }
    }
    owners = found.mapValues { owners in
      owners.map { Owner($0.key, processes: $0.value.processes, sockets: $0.value.sockets) }
        .sorted { ($0.sockets, $1.command) > ($1.sockets, $0.command) }
    }
  }

  /// The inodes of the sockets that a process has.
  private static func sockets(of process: Int32) throws(Errno) -> [UInt32] {
    let directory = FilePath("/proc/\(process)/fd")
    return try FileReader.names(in: directory).compactMap { socket(at: directory.appending($0)) }
  }

  /// The inode of the socket that a link of the kernel's leads to: `socket:[1234]`.
  private static func socket(at link: FilePath) -> UInt32? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
      guard let start = buffer.baseAddress else { return nil }
      let count = link.withPlatformString { readlink($0, start, buffer.count) }
      let prefix = "socket:["
      let text = UnsafeRawBufferPointer(start: start, count: max(count, 0))
      guard text.count > prefix.utf8.count, text.starts(with: prefix.utf8) else { return nil }
      return UInt32(String(decoding: text.dropFirst(prefix.utf8.count).dropLast(), as: UTF8.self))
    }
  }
}
