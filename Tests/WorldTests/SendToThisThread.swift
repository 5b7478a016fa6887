// A signal for one thread, which the platform layer itself has no use for.
import BatonPlatform
import Glibc

/// Sends a signal to the calling thread only. Calls `pthread_kill`.
func sendToThisThread(_ signal: Signal) {
    pthread_kill(pthread_self(), signal.rawValue)
}
