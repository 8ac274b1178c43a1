using Microsoft.CodeAnalysis;

namespace Orleans.Replication.Analyzers.Reach;

/// <summary>Follows the calls from every operation, and gives what is wrong in the bodies that they reach.</summary>
internal sealed class CallGraph
{
    private readonly Dictionary<ISymbol, List<BodySummary>> _bodies = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<ISymbol, HashSet<ISymbol>> _implementations = new(SymbolEqualityComparer.Default);
    private readonly List<IMethodSymbol> _roots = [];
    private readonly HashSet<ISymbol> _direct = new(SymbolEqualityComparer.Default);

    public CallGraph(IEnumerable<BodySummary> bodies, IEnumerable<INamedTypeSymbol> types, Operations operations)
    {
        foreach (var body in bodies)
        {
            var owner = body.Owner is IMethodSymbol method ? CallTargets.Declaration(method) : body.Owner.OriginalDefinition;
            Under(_bodies, owner, () => []).Add(body);
            if (body.Owner is IMethodSymbol apply && operations.Implements(apply))
            {
                _roots.Add(CallTargets.Declaration(apply));
                _direct.Add(CallTargets.Declaration(apply));
            }
        }
        foreach (var type in types)
        {
            _roots.AddRange(operations.Of(type).Select(CallTargets.Declaration));
            AddImplementations(type);
        }
    }

    /// <summary>Each finding once, with a shortest way to it. What an operation's own body has was reported before, and is left out.</summary>
    public IEnumerable<(Finding Finding, string Way)> Reached(CancellationToken cancellationToken)
    {
        var ways = Ways(cancellationToken);
        var states = States(ways.Keys);
        foreach (var (symbol, way) in ways.OrderBy(pair => pair.Value, StringComparer.Ordinal).Select(pair => (pair.Key, pair.Value)))
        {
            if (!_bodies.TryGetValue(symbol, out var bodies))
                continue;
            foreach (var body in bodies)
            {
                // An Apply's own findings were reported with its body; as a helper of another one it may still change that one's state.
                var known = _direct.Contains(symbol) ? new HashSet<Finding>(body.FindingsOf((IMethodSymbol)symbol)) : [];
                foreach (var finding in body.Findings.Concat(body.Mutations.Where(m => states.Contains(m.Root)).Select(m => m.Finding)))
                    if (known.Add(finding))
                        yield return (finding, way);
            }
        }
    }

    /// <summary>Everything that operations reach, and how: breadth first, so that each way is a shortest one; a cycle ends where it was before.</summary>
    private Dictionary<ISymbol, string> Ways(CancellationToken cancellationToken)
    {
        var ways = new Dictionary<ISymbol, string>(SymbolEqualityComparer.Default);
        var waiting = new Queue<ISymbol>();
        foreach (var root in _roots.OrderBy(Way.Name, StringComparer.Ordinal))
            Reach(root, Way.Name(root));
        while (waiting.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var current = waiting.Dequeue();
            var calls = _bodies.TryGetValue(current, out var bodies) ? bodies.SelectMany(body => body.Calls) : [];
            foreach (var target in calls.Concat(ImplicitCalls(current)))
                Reach(target, $"{ways[current]} → {Way.Name(target)}");
        }
        return ways;

        void Reach(ISymbol symbol, string way)
        {
            if (ways.ContainsKey(symbol))
                return;
            ways.Add(symbol, way);
            waiting.Enqueue(symbol);
            if (_implementations.TryGetValue(symbol, out var implementations))
                foreach (var implementation in implementations)
                    Reach(implementation, way.Substring(0, way.Length - Way.Name(symbol).Length) + Way.Name(implementation));
        }
    }

    /// <summary>A constructor runs the initializers of its type and the base type's constructor; a static field's first use runs the static ones.</summary>
    private static IEnumerable<ISymbol> ImplicitCalls(ISymbol symbol)
    {
        if (symbol is IMethodSymbol { MethodKind: MethodKind.Constructor, ContainingType: { } type })
        {
            var members = type.GetMembers().Where(member => !member.IsStatic && member is IFieldSymbol or IPropertySymbol { IsStatic: false });
            var implicitBase = type.BaseType?.InstanceConstructors.FirstOrDefault(constructor => constructor.Parameters.IsEmpty);
            return implicitBase is null ? members : members.Append(CallTargets.Declaration(implicitBase));
        }
        return symbol is IFieldSymbol or IPropertySymbol && symbol.IsStatic
            ? symbol.ContainingType.StaticConstructors.Select(constructor => constructor.OriginalDefinition)
            : [];
    }

    /// <summary>The places at which the state of an operation enters a reached method.</summary>
    private HashSet<Place> States(ICollection<ISymbol> reached)
    {
        var flows = reached.Where(_bodies.ContainsKey).SelectMany(symbol => _bodies[symbol]).SelectMany(body => body.Flows).ToLookup(flow => flow.From, flow => flow.To);
        var states = new HashSet<Place>(_roots.Select(root => new Place(root, 0)));
        var waiting = new Queue<Place>(states);
        while (waiting.Count > 0)
            foreach (var to in flows[waiting.Dequeue()].SelectMany(WithImplementations))
                if (states.Add(to))
                    waiting.Enqueue(to);
        return states;
    }

    private IEnumerable<Place> WithImplementations(Place place) =>
        _implementations.TryGetValue(place.Method, out var implementations)
            ? implementations.OfType<IMethodSymbol>().Select(method => new Place(method, place.Parameter)).Append(place)
            : [place];

    private void AddImplementations(INamedTypeSymbol type)
    {
        foreach (var member in type.GetMembers().OfType<IMethodSymbol>())
            for (var overridden = member.OverriddenMethod; overridden is not null; overridden = overridden.OverriddenMethod)
                if (!overridden.OriginalDefinition.DeclaringSyntaxReferences.IsEmpty)
                    Under(_implementations, overridden.OriginalDefinition, NewSet).Add(CallTargets.Declaration(member));
        foreach (var implemented in type.AllInterfaces.Where(i => !i.DeclaringSyntaxReferences.IsEmpty))
            foreach (var member in implemented.GetMembers().OfType<IMethodSymbol>())
                if (type.FindImplementationForInterfaceMember(member) is IMethodSymbol implementation)
                    Under(_implementations, member.OriginalDefinition, NewSet).Add(CallTargets.Declaration(implementation));
    }

    private static HashSet<ISymbol> NewSet() => new(SymbolEqualityComparer.Default);

    private static TValues Under<TValues>(Dictionary<ISymbol, TValues> index, ISymbol key, Func<TValues> create)
    {
        if (!index.TryGetValue(key, out var values))
            index.Add(key, values = create());
        return values;
    }
}
