// SPDX-License-Identifier: Apache-2.0

public import Host
public import Policy
public import SystemPackage
internal import Text

/// The policy of a machine, and what applies it.
public struct PolicyState: Sendable {
  /// Where it is.
  public let path: FilePath
  /// Whether it is where policies usually are, so that nobody has to name it.
  public let isUsual: Bool
  /// The policy; `nil` where nobody has named one, and there is none.
  public let file: Result<PolicyFile?, PolicyError>
  /// The units that apply it; `nil` where systemd does not run, or they would apply another.
  public let units: SystemdUnits?
}

extension PolicyState {
  /// The units that apply the policy at boot, when a namespace appears, and every minute.
  static let units = ["ipvs-timeout.service", "ipvs-timeout.path", "ipvs-timeout.timer"]

  /// Looks for the policy.
  ///
  /// - Parameter path: The file that somebody has named; `nil` for the usual one.
  public init(at path: FilePath?) {
    isUsual = path == nil
    self.path = path ?? PolicyFile.usualPath
    do throws(PolicyError) {
      file = .success(try PolicyFile(contentsOf: self.path))
    } catch {
      file = isUsual && error.errno == .noSuchFileOrDirectory ? .success(nil) : .failure(error)
    }
    units = isUsual ? SystemdUnits(named: PolicyState.units) : nil
  }

  /// What a command takes that is to go by it, after a blank.
  var argument: String { isUsual ? "" : " \(path.string.shellWord)" }
}
