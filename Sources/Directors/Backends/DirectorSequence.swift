// SPDX-License-Identifier: Apache-2.0

package import IPVS

/// Directors in many network namespaces of one kernel, one after another, by one backend.
package struct DirectorSequence: ~Copyable {
  private let sequence: BackendSequence
  private var remaining: Int

  /// The backend that was taken, never `auto`.
  package let backend: BackendChoice
  /// Whether `auto` turned from its first backend to another one.
  package let fallback: Fallback

  /// Directors in these namespaces, in this order; none is opened yet.
  ///
  /// - Parameters:
  ///   - namespaces: The network namespaces.
  ///   - choice: The backend to take.
  ///   - path: The path of ipvsadm; `nil` looks in the usual places.
  /// - Throws: ``DirectorError``, when the backend is not there in the caller's own namespace, and so nowhere.
  package init(
    in namespaces: [NetworkNamespace], backend choice: BackendChoice = .auto, ipvsadm path: String? = nil
  ) throws(DirectorError) {
    let own = try Director(backend: choice, ipvsadm: path)
    backend = own.backend
    fallback = own.fallback
    sequence = own.sequence(in: namespaces)
    remaining = namespaces.count
  }

  /// Opens the director in the next namespace; to be called once for each namespace, and no more often.
  ///
  /// - Throws: ``DirectorError``, why there is none in this namespace; the next call goes on with the one after it.
  package mutating func next() throws(DirectorError) -> Director {
    precondition(remaining > 0, "there is a director for each namespace, and no other")
    remaining -= 1
    do throws(DirectorError) { return Director(try sequence.next(), fallback) } catch { throw error.after(fallback) }
  }
}
