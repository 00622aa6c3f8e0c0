// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Linux
package import SystemPackage

/// Which units systemd starts by itself, as the links of `systemctl enable` show.
package struct SystemdUnits: Sendable, Hashable {
  /// The state of a unit.
  package enum State: Sendable, Hashable {
    /// Another unit wants it, so it is started.
    case enabled
    /// Its file is there, and that is all.
    case installed
    /// It is not there.
    case absent
  }

  private let states: [String: State]
  package init(_ states: [String: State]) {
    self.states = states
  }

  /// Looks for units; `nil` where systemd does not run.
  ///
  /// - Parameters:
  ///   - names: Their names, as `cron.service`.
  ///   - root: The directory below which all of it is.
  package init?(named names: [String], below root: FilePath = "/") {
    guard SystemdUnits.isThere(root.appending("run/systemd/system")) else { return nil }
    states = names.reduce(into: [:]) { $0[$1] = SystemdUnits.state(of: $1, below: root) }
  }

  /// The state of a unit.
  package func state(of name: String) -> State { states[name] ?? .absent }
}

extension SystemdUnits {
  /// Where units are, the administrator's first.
  private static let directories = [
    "etc/systemd/system", "run/systemd/system", "usr/local/lib/systemd/system", "usr/lib/systemd/system",
    "lib/systemd/system",
  ]

  private static func state(of name: String, below root: FilePath) -> State {
    let directories = directories.map { root.appending($0) }
    guard directories.contains(where: { isThere($0.appending(name)) }) else { return .absent }
    let isWanted = directories.contains { directory in
      ((try? FileReader.names(in: directory)) ?? []).contains { other in
        other.extension == "wants" && isThere(directory.appending(other).appending(name))
      }
    }
    return isWanted ? .enabled : .installed
  }

  private static func isThere(_ path: FilePath) -> Bool { path.withPlatformString { access($0, F_OK) } == 0 }
}
