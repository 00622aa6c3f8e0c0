// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Linux
internal import SystemPackage

/// The sync daemons that run: the kernel threads that send connections to other directors, or receive them.
package struct SyncDaemons: Sendable, Hashable {
  /// The backup daemon, which receives.
  package struct Backup: Sendable, Hashable {
    /// The interface on which it receives.
    package let interface: String
    /// The number of the messages that it accepts; 0 accepts all.
    package let syncID: UInt8

    /// Creates a value from its parts.
    package init(interface: String, syncID: UInt8) {
      self.interface = interface
      self.syncID = syncID
    }
  }

  /// Whether a master daemon runs, which sends.
  package let hasMaster: Bool
  /// The backup daemon; `nil` if none runs.
  package let backup: Backup?

  /// Whether a backup daemon runs, which receives.
  package var hasBackup: Bool { backup != nil }

  /// Creates a value from its parts.
  package init(hasMaster: Bool, backup: Backup?) {
    self.hasMaster = hasMaster
    self.backup = backup
  }

  /// Asks the kernel for the sync daemons of a network namespace.
  ///
  /// - Throws: ``IPVSError``, when the namespace cannot be entered or the kernel refuses.
  package init(in namespace: NetworkNamespace) throws(IPVSError) {
    let result = try namespace.visited(for: .readDaemons) { Result.here }
    do throws(Errno) {
      self = try result.get()
    } catch {
      throw IPVSError(.refused, .readDaemons, in: namespace, errno: error)
    }
  }

  /// Stops the backup daemon of a network namespace.
  ///
  /// The corresponding socket option is `IP_VS_SO_SET_STOPDAEMON`. Over netlink, the kernel sends no answer if the thread
  /// of the daemon has not run yet.
  ///
  /// - Throws: ``IPVSError``, when the namespace cannot be entered or the kernel refuses.
  static func stopBackup(in namespace: NetworkNamespace) throws(IPVSError) {
    let result = try namespace.visited(for: .stopDaemon) { Result<Void, Errno>.stoppedBackup }
    do throws(Errno) {
      try result.get()
    } catch {
      throw IPVSError(.refused, .stopDaemon, in: namespace, errno: error)
    }
  }

  /// Whether a backup daemon runs in the namespace of the calling thread; `nil` if the kernel does not say.
  static var isBackupRunning: Bool? { try? Result.here.get().hasBackup }
}

extension Result<SyncDaemons, Errno> {
  /// The sync daemons of the namespace of the calling thread.
  ///
  /// The corresponding socket option is `IP_VS_SO_GET_DAEMON`.
  fileprivate static var here: Self {
    Result { () throws(Errno) in
      // The first is for the master daemon, the second for the backup daemon.
      var daemons = (ip_vs_daemon_user(), ip_vs_daemon_user())
      try OptionSocket().get(IPVS_SO_GET_DAEMON, &daemons)
      let states = daemons.0.state | daemons.1.state
      let backup = states & CInt(IP_VS_STATE_BACKUP) == 0 ? nil : SyncDaemons.Backup(daemons.1)
      return SyncDaemons(hasMaster: states & CInt(IP_VS_STATE_MASTER) != 0, backup: backup)
    }
  }
}

extension Result<Void, Errno> {
  /// The result of stopping the backup daemon in the namespace of the calling thread.
  fileprivate static var stoppedBackup: Self {
    Result { () throws(Errno) in
      var daemon = ip_vs_daemon_user()
      daemon.state = CInt(IP_VS_STATE_BACKUP)
      do throws(Errno) {
        try OptionSocket().set(IPVS_SO_SET_STOPDAEMON, to: daemon)
      } catch .interrupted, .noSuchProcess {
        // The thread ended before it ran, or another program has stopped the daemon.
      }
    }
  }
}

extension SyncDaemons.Backup {
  fileprivate init(_ daemon: ip_vs_daemon_user) {
    let name = withUnsafeBytes(of: daemon.mcast_ifn) { $0.prefix { $0 != 0 } }
    self.init(
      interface: String(decoding: name, as: UTF8.self), syncID: UInt8(truncatingIfNeeded: daemon.syncid))
  }
}
