namespace Orleans.Replication.Cli.Remote;

/// <summary>A silo did not do what it was asked.</summary>
internal sealed class AdminException(int exitCode, string message, Exception? innerException = null) : Exception(message, innerException)
{
    public int ExitCode => exitCode;
}
