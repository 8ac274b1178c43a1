namespace Orleans.Replication.Libp2p;

/// <summary>A limit of <see cref="Libp2pLimits"/> was reached; nothing was opened.</summary>
public sealed class ResourceLimitExceededException : Libp2pException
{
    internal ResourceLimitExceededException(string limit, int value)
        : base($"The limit {limit} = {value} is reached. Close what is not needed or raise the limit in the options.") => Limit = limit;

    /// <summary>The name of the limit in <see cref="Libp2pLimits"/>.</summary>
    public string Limit { get; }
}
