using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace Orleans.Replication.States;

/// <summary>
/// Fills the constructor parameters that have a <see cref="ReplicatedStateAttribute"/>. Orleans asks once per grain class, and calls the answer
/// once per activation.
/// </summary>
internal sealed class ReplicatedStateAttributeMapper : IAttributeToFactoryMapper<ReplicatedStateAttribute>
{
    private static readonly MethodInfo CreateMethod =
        typeof(ReplicatedStateAttributeMapper).GetMethod(nameof(Create), BindingFlags.Static | BindingFlags.NonPublic)!;

    /// <inheritdoc/>
    /// <exception cref="ReplicationConfigurationException">The parameter is of another type, or the name is empty or taken.</exception>
    public Factory<IGrainContext, object> GetFactory(ParameterInfo parameter, ReplicatedStateAttribute metadata)
    {
        Check(parameter, metadata);
        var create = CreateMethod.MakeGenericMethod(parameter.ParameterType.GetGenericArguments())
            .CreateDelegate<Func<IGrainContext, ReplicatedStateAttribute, object>>();
        return context => create(context, metadata);
    }

    private static IReplicatedState<TState> Create<TState>(IGrainContext context, ReplicatedStateAttribute metadata)
    {
        var source = context.ActivationServices.GetRequiredKeyedService<IStateSource>(metadata.Group);
        var reference = new StateReference<TState>(context.GrainId, metadata.StateName, metadata.Group);
        var state = source.Create(context.ActivationServices, reference, context.GrainId, metadata.Consistency, MaxStalenessOf(metadata));

        // Before OnActivateAsync, which is GrainLifecycleStage.Activate.
        context.ObservableLifecycle.Subscribe(
            nameof(ReplicatedStateAttribute), GrainLifecycleStage.SetupState, cancellationToken => ((ILoadedState)state).LoadAsync(cancellationToken).AsTask());
        return state;
    }

    private static TimeSpan? MaxStalenessOf(ReplicatedStateAttribute metadata) =>
        TimeSpan.TryParse(metadata.MaxStaleness, CultureInfo.InvariantCulture, out var limit) ? limit : null;

    private static void Check(ParameterInfo parameter, ReplicatedStateAttribute metadata)
    {
        var where = $"Parameter '{parameter.Name}' of {parameter.Member.DeclaringType} has [ReplicatedState(\"{metadata.StateName}\")]";
        if (string.IsNullOrEmpty(metadata.StateName) || string.IsNullOrEmpty(metadata.Group))
            throw new ReplicationConfigurationException($"{where} with an empty name. Give the state and the group names of their own.");

        if (!parameter.ParameterType.IsGenericType || parameter.ParameterType.GetGenericTypeDefinition() != typeof(IReplicatedState<>))
            throw new ReplicationConfigurationException($"{where}, and is a {parameter.ParameterType}. Make it an IReplicatedState<TState>.");

        if (!Enum.IsDefined(metadata.Consistency))
            throw new ReplicationConfigurationException($"{where} with {nameof(metadata.Consistency)} {metadata.Consistency}, which there is not.");
        if (metadata.MaxStaleness is not null && metadata.Consistency != ReadConsistency.Stale)
        {
            throw new ReplicationConfigurationException(
                $"{where} with {nameof(metadata.MaxStaleness)}, and its reads are {metadata.Consistency}. Say {nameof(metadata.Consistency)} = {nameof(ReadConsistency)}.{nameof(ReadConsistency.Stale)} as well.");
        }

        if (metadata.MaxStaleness is not null && !(MaxStalenessOf(metadata) >= TimeSpan.Zero))
        {
            throw new ReplicationConfigurationException(
                $"{where} with {nameof(metadata.MaxStaleness)} '{metadata.MaxStaleness}', which is no length of time. Write hours, minutes and seconds, for example \"00:00:05\".");
        }

        // Two parameters would be two types of one record, and the second write would make it unreadable for the first.
        var namesakes = ((MethodBase)parameter.Member).GetParameters()
            .Select(other => other.GetCustomAttribute<ReplicatedStateAttribute>())
            .Count(other => other?.StateName == metadata.StateName && other.Group == metadata.Group);
        if (namesakes > 1)
            throw new ReplicationConfigurationException($"{where}, and so has another parameter of the same constructor. Give each state a name of its own.");
    }
}
