namespace Orleans.Replication.Libp2p;

/// <summary>
/// What every error of this host derives from. It is an <see cref="IOException"/>, so that code written for sockets treats it as a broken link.
/// </summary>
public class Libp2pException : IOException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What was asked, what was found, what to do.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public Libp2pException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
