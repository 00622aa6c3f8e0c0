// SPDX-License-Identifier: Apache-2.0

public import Directors

/// What all checks say about one director, in the order in which people should read it.
public enum DirectorDiagnosis {
  private static let checks: [any DirectorCheck] = [
    IPVSCheck(), ServicesCheck(), TimeoutsCheck(), PolicyCheck(), NamespacesCheck(), OutdatedCheck(),
    FixedStatesCheck(), KeepaliveCheck(), ConntrackCheck(), SettingsCheck(), WritersCheck(),
  ]

  /// Looks at the facts.
  public static func findings(on facts: DirectorFacts) -> [Finding] {
    checks.flatMap { check in
      do throws(BackendError) {
        return try check.findings(on: facts)
      } catch {
        return [.unchecked(check.check, error.description)]
      }
    }
  }

  /// What to say where there are no facts, because IPVS does not answer.
  public static func findings(on error: BackendError) -> [Finding] {
    [.problem(.ipvs, error.description, so: "nothing else can be checked here", cure: error.cure)]
  }
}
