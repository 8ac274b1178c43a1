using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.EventSourcing;
using Orleans.Runtime;
using Orleans.Serialization;

namespace Orleans.Replication.Journals.Provider;

/// <summary>What the base class of log views asks of the silo, for one activation.</summary>
internal sealed partial class JournalProtocolServices(
    IGrainContext activation, DeepCopier copier, IOptions<ClusterOptions> cluster, ILogger<JournalProtocolServices> logger) : ILogConsistencyProtocolServices
{
    /// <inheritdoc/>
    public GrainId GrainId => activation.GrainId;

    /// <inheritdoc/>
    public string MyClusterId => cluster.Value.ClusterId;

    /// <inheritdoc/>
    public T DeepCopy<T>(T value) => copier.Copy(value)!;

    /// <inheritdoc/>
    public void ProtocolError(string msg, bool throwexception)
    {
        LogProtocolError(GrainId, msg);
        if (throwexception)
            throw new OrleansException($"{msg} (grain {GrainId})");
    }

    /// <inheritdoc/>
    public void CaughtException(string where, Exception e) => LogCaught(e, GrainId, where);

    /// <inheritdoc/>
    public void CaughtUserCodeException(string callback, string where, Exception e) => LogCaughtInGrain(e, GrainId, callback, where);

    /// <inheritdoc/>
    public void Log(LogLevel level, string format, params object[] args)
    {
        if (!logger.IsEnabled(level))
            return;
        var text = string.Format(CultureInfo.InvariantCulture, format, args);
        LogProtocol(level, GrainId, text);
    }

    [LoggerMessage(Message = "Journal of {GrainId}: {Text}")]
    private partial void LogProtocol(LogLevel level, GrainId grainId, string text);

    [LoggerMessage(Level = LogLevel.Error, Message = "Journal of {GrainId}: {Text}")]
    private partial void LogProtocolError(GrainId grainId, string text);

    [LoggerMessage(Level = LogLevel.Error, Message = "Journal of {GrainId}: {Location} failed")]
    private partial void LogCaught(Exception exception, GrainId grainId, string location);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Journal of {GrainId}: the grain's {Callback} failed, called from {Location}")]
    private partial void LogCaughtInGrain(Exception exception, GrainId grainId, string callback, string location);
}
