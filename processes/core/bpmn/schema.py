"""The schema of BPMN 2.0.2 (annex B) as a table: which parts and attributes each element may have.

A row names the kind that an element extends, then its own children, then its own attributes, each
as words. ``*`` means any number, ``?`` at most one, ``+`` at least one, ``++`` at least two,
nothing exactly one. ``name=kind`` is a child of that kind under a name of its own; ``name>kind``
holds the id of such an element (``element``: of any). An attribute is ``name:type``,
``name=one|of|these`` or plain text; ``!`` means that it must be given.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    base: str
    children: str = ""
    attributes: str = ""


KINDS: dict[str, Kind] = {
    "activity": Kind(
        "flowNode",
        "ioSpecification? property* dataInputAssociation* dataOutputAssociation* "
        "resourceRole* loopCharacteristics?",
        "isForCompensation:boolean startQuantity:integer completionQuantity:integer "
        "default>sequenceFlow",
    ),
    "adHocSubProcess": Kind(
        "subProcess",
        "completionCondition=formalExpression?",
        "cancelRemainingInstances:boolean ordering=Parallel|Sequential",
    ),
    "artifact": Kind("baseElement"),
    "assignment": Kind("baseElement", "from=formalExpression to=formalExpression"),
    "association": Kind(
        "artifact",
        "",
        "sourceRef>element! targetRef>element! associationDirection=None|One|Both",
    ),
    "auditing": Kind("baseElement"),
    "baseElement": Kind("", "documentation* extensionElements?", "id"),
    "boundaryEvent": Kind("catchEvent", "", "cancelActivity:boolean attachedToRef>activity!"),
    "businessRuleTask": Kind("task", "", "implementation:uri"),
    "callableElement": Kind(
        "rootElement",
        "supportedInterfaceRef>interface* ioSpecification? ioBinding*",
        "name",
    ),
    "callActivity": Kind("activity", "", "calledElement"),
    "callChoreography": Kind(
        "choreographyActivity",
        "participantAssociation*",
        "calledChoreographyRef>choreography",
    ),
    "callConversation": Kind(
        "conversationNode",
        "participantAssociation*",
        "calledCollaborationRef>collaboration",
    ),
    "cancelEventDefinition": Kind("eventDefinition"),
    "catchEvent": Kind(
        "event",
        "dataOutput* dataOutputAssociation* outputSet? eventDefinition* "
        "eventDefinitionRef>eventDefinition*",
        "parallelMultiple:boolean",
    ),
    "category": Kind("rootElement", "categoryValue*", "name"),
    "categoryValue": Kind("baseElement", "", "value"),
    "choreography": Kind("collaboration", "flowElement*"),
    "choreographyActivity": Kind(
        "flowNode",
        "participantRef>participant++ correlationKey*",
        "initiatingParticipantRef>participant! "
        "loopType=None|Standard|MultiInstanceSequential|MultiInstanceParallel",
    ),
    "choreographyTask": Kind("choreographyActivity", "messageFlowRef>messageFlow+"),
    "collaboration": Kind(
        "rootElement",
        "participant* messageFlow* artifact* conversationNode* conversationAssociation* "
        "participantAssociation* messageFlowAssociation* correlationKey* "
        "choreographyRef>choreography* conversationLink*",
        "name isClosed:boolean",
    ),
    "compensateEventDefinition": Kind(
        "eventDefinition",
        "",
        "waitForCompletion:boolean activityRef>activity",
    ),
    "complexBehaviorDefinition": Kind(
        "baseElement",
        "condition=formalExpression event=implicitThrowEvent?",
    ),
    "complexGateway": Kind(
        "gateway", "activationCondition=formalExpression?", "default>sequenceFlow"
    ),
    "conditionalEventDefinition": Kind("eventDefinition", "condition=formalExpression"),
    "conversation": Kind("conversationNode"),
    "conversationAssociation": Kind(
        "baseElement",
        "",
        "innerConversationNodeRef>conversationNode! outerConversationNodeRef>conversationNode!",
    ),
    "conversationLink": Kind(
        "baseElement",
        "",
        "name sourceRef>interactionNode! targetRef>interactionNode!",
    ),
    "conversationNode": Kind(
        "baseElement",
        "participantRef>participant* messageFlowRef>messageFlow* correlationKey*",
        "name",
    ),
    "correlationKey": Kind("baseElement", "correlationPropertyRef>correlationProperty*", "name"),
    "correlationProperty": Kind(
        "rootElement",
        "correlationPropertyRetrievalExpression+",
        "name type>itemDefinition",
    ),
    "correlationPropertyBinding": Kind(
        "baseElement",
        "dataPath=formalExpression",
        "correlationPropertyRef>correlationProperty!",
    ),
    "correlationPropertyRetrievalExpression": Kind(
        "baseElement",
        "messagePath=formalExpression",
        "messageRef>message!",
    ),
    "correlationSubscription": Kind(
        "baseElement",
        "correlationPropertyBinding*",
        "correlationKeyRef>correlationKey!",
    ),
    "dataAssociation": Kind(
        "baseElement",
        "sourceRef>itemAwareElement* targetRef>itemAwareElement "
        "transformation=formalExpression? assignment*",
    ),
    "dataInput": Kind(
        "baseElement",
        "dataState?",
        "name itemSubjectRef>itemDefinition isCollection:boolean",
    ),
    "dataInputAssociation": Kind("dataAssociation"),
    "dataObject": Kind(
        "flowElement",
        "dataState?",
        "itemSubjectRef>itemDefinition isCollection:boolean",
    ),
    "dataObjectReference": Kind(
        "flowElement",
        "dataState?",
        "itemSubjectRef>itemDefinition dataObjectRef>dataObject",
    ),
    "dataOutput": Kind(
        "baseElement",
        "dataState?",
        "name itemSubjectRef>itemDefinition isCollection:boolean",
    ),
    "dataOutputAssociation": Kind("dataAssociation"),
    "dataState": Kind("baseElement", "", "name"),
    "dataStore": Kind(
        "rootElement",
        "dataState?",
        "name capacity:integer isUnlimited:boolean itemSubjectRef>itemDefinition",
    ),
    "dataStoreReference": Kind(
        "flowElement",
        "dataState?",
        "itemSubjectRef>itemDefinition dataStoreRef>dataStore",
    ),
    "documentation": Kind("", "", "id textFormat"),
    "endEvent": Kind("throwEvent"),
    "endPoint": Kind("rootElement"),
    "error": Kind("rootElement", "", "name errorCode structureRef>itemDefinition"),
    "errorEventDefinition": Kind("eventDefinition", "", "errorRef>error"),
    "escalation": Kind("rootElement", "", "name escalationCode structureRef>itemDefinition"),
    "escalationEventDefinition": Kind("eventDefinition", "", "escalationRef>escalation"),
    "event": Kind("flowNode", "property*"),
    "eventBasedGateway": Kind(
        "gateway",
        "",
        "instantiate:boolean eventGatewayType=Exclusive|Parallel",
    ),
    "eventDefinition": Kind("rootElement"),
    "exclusiveGateway": Kind("gateway", "", "default>sequenceFlow"),
    "expression": Kind("baseElement"),
    "extension": Kind("", "documentation*", "definition mustUnderstand:boolean"),
    "extensionElements": Kind(""),
    "flowElement": Kind(
        "baseElement",
        "auditing? monitoring? categoryValueRef>categoryValue*",
        "name",
    ),
    "flowNode": Kind("flowElement", "incoming>sequenceFlow* outgoing>sequenceFlow*"),
    "formalExpression": Kind("expression", "", "language:uri evaluatesToTypeRef>itemDefinition"),
    "gateway": Kind("flowNode", "", "gatewayDirection=Unspecified|Converging|Diverging|Mixed"),
    "globalBusinessRuleTask": Kind("globalTask", "", "implementation:uri"),
    "globalChoreographyTask": Kind("choreography", "", "initiatingParticipantRef>participant"),
    "globalConversation": Kind("collaboration"),
    "globalManualTask": Kind("globalTask"),
    "globalScriptTask": Kind("globalTask", "script?", "scriptLanguage:uri"),
    "globalTask": Kind("callableElement", "resourceRole*"),
    "globalUserTask": Kind("globalTask", "rendering*", "implementation:uri"),
    "group": Kind("artifact", "", "categoryValueRef>categoryValue"),
    "humanPerformer": Kind("performer"),
    "implicitThrowEvent": Kind("throwEvent"),
    "inclusiveGateway": Kind("gateway", "", "default>sequenceFlow"),
    "inputSet": Kind(
        "baseElement",
        "dataInputRefs>dataInput* optionalInputRefs>dataInput* "
        "whileExecutingInputRefs>dataInput* outputSetRefs>outputSet*",
        "name",
    ),
    "interface": Kind("rootElement", "operation+", "name! implementationRef"),
    "intermediateCatchEvent": Kind("catchEvent"),
    "intermediateThrowEvent": Kind("throwEvent"),
    "inputOutputBinding": Kind(
        "baseElement",
        "",
        "operationRef>operation! inputDataRef>boundInput! outputDataRef>boundOutput!",
    ),
    "inputOutputSpecification": Kind("baseElement", "dataInput* dataOutput* inputSet+ outputSet+"),
    "itemDefinition": Kind(
        "rootElement",
        "",
        "structureRef isCollection:boolean itemKind=Information|Physical",
    ),
    "lane": Kind(
        "baseElement",
        "partitionElement=baseElement? flowNodeRef>flowNode* childLaneSet=laneSet?",
        "name partitionElementRef>element",
    ),
    "laneSet": Kind("baseElement", "lane*", "name"),
    "linkEventDefinition": Kind(
        "eventDefinition",
        "source>linkEventDefinition* target>linkEventDefinition?",
        "name!",
    ),
    "loopCharacteristics": Kind("baseElement"),
    "manualTask": Kind("task"),
    "message": Kind("rootElement", "", "name itemRef>itemDefinition"),
    "messageEventDefinition": Kind(
        "eventDefinition",
        "operationRef>operation?",
        "messageRef>message",
    ),
    "messageFlow": Kind(
        "baseElement",
        "",
        "name sourceRef>interactionNode! targetRef>interactionNode! messageRef>message",
    ),
    "messageFlowAssociation": Kind(
        "baseElement",
        "",
        "innerMessageFlowRef>messageFlow! outerMessageFlowRef>messageFlow!",
    ),
    "monitoring": Kind("baseElement"),
    "multiInstanceLoopCharacteristics": Kind(
        "loopCharacteristics",
        "loopCardinality=formalExpression? loopDataInputRef>itemAwareElement? "
        "loopDataOutputRef>itemAwareElement? inputDataItem=dataInput? "
        "outputDataItem=dataOutput? complexBehaviorDefinition* "
        "completionCondition=formalExpression?",
        "isSequential:boolean behavior=None|One|All|Complex "
        "oneBehaviorEventRef>eventDefinition noneBehaviorEventRef>eventDefinition",
    ),
    "operation": Kind(
        "baseElement",
        "inMessageRef>message outMessageRef>message? errorRef>error*",
        "name! implementationRef",
    ),
    "outputSet": Kind(
        "baseElement",
        "dataOutputRefs>dataOutput* optionalOutputRefs>dataOutput* "
        "whileExecutingOutputRefs>dataOutput* inputSetRefs>inputSet*",
        "name",
    ),
    "parallelGateway": Kind("gateway"),
    "participant": Kind(
        "baseElement",
        "interfaceRef>interface* endPointRef>endPoint* participantMultiplicity?",
        "name processRef>process",
    ),
    "participantAssociation": Kind(
        "baseElement",
        "innerParticipantRef>participant outerParticipantRef>participant",
    ),
    "definitions": Kind(
        "baseElement",
        "import* extension* rootElement* relationship*",
        "name targetNamespace expressionLanguage:uri typeLanguage:uri exporter exporterVersion",
    ),
    "import": Kind("", "", "namespace! location! importType!"),
    "ioSpecification": Kind("inputOutputSpecification"),
    "ioBinding": Kind("inputOutputBinding"),
    "participantMultiplicity": Kind("baseElement", "", "minimum:integer maximum:integer"),
    "partnerEntity": Kind("rootElement", "participantRef>participant*", "name"),
    "partnerRole": Kind("rootElement", "participantRef>participant*", "name"),
    "performer": Kind("resourceRole"),
    "potentialOwner": Kind("humanPerformer"),
    "process": Kind(
        "callableElement",
        "auditing? monitoring? property* laneSet* flowElement* artifact* resourceRole* "
        "correlationSubscription* supports>process*",
        "processType=None|Public|Private isClosed:boolean isExecutable:boolean "
        "definitionalCollaborationRef>collaboration",
    ),
    "property": Kind("baseElement", "dataState?", "name itemSubjectRef>itemDefinition"),
    "receiveTask": Kind(
        "task",
        "",
        "implementation:uri instantiate:boolean messageRef>message operationRef>operation",
    ),
    "relationship": Kind(
        "baseElement",
        "source>element+ target>element+",
        "type! direction=None|Forward|Backward|Both",
    ),
    "rendering": Kind("baseElement"),
    "resource": Kind("rootElement", "resourceParameter*", "name!"),
    "resourceAssignmentExpression": Kind("baseElement", "expression"),
    "resourceParameter": Kind("baseElement", "", "name type>itemDefinition isRequired:boolean"),
    "resourceParameterBinding": Kind(
        "baseElement",
        "expression",
        "parameterRef>resourceParameter!",
    ),
    "resourceRole": Kind(
        "baseElement",
        "resourceRef>resource? resourceParameterBinding* resourceAssignmentExpression?",
        "name",
    ),
    "rootElement": Kind("baseElement"),
    "scriptTask": Kind("task", "script?", "scriptFormat"),
    "script": Kind(""),
    "sendTask": Kind("task", "", "implementation:uri messageRef>message operationRef>operation"),
    "sequenceFlow": Kind(
        "flowElement",
        "conditionExpression=formalExpression?",
        "sourceRef>flowNode! targetRef>flowNode! isImmediate:boolean",
    ),
    "serviceTask": Kind("task", "", "implementation:uri operationRef>operation"),
    "signal": Kind("rootElement", "", "name structureRef>itemDefinition"),
    "signalEventDefinition": Kind("eventDefinition", "", "signalRef>signal"),
    "standardLoopCharacteristics": Kind(
        "loopCharacteristics",
        "loopCondition=formalExpression?",
        "testBefore:boolean loopMaximum:integer",
    ),
    "startEvent": Kind("catchEvent", "", "isInterrupting:boolean"),
    "subChoreography": Kind("choreographyActivity", "flowElement* artifact*"),
    "subConversation": Kind("conversationNode", "conversationNode*"),
    "subProcess": Kind("activity", "laneSet* flowElement* artifact*", "triggeredByEvent:boolean"),
    "task": Kind("activity"),
    "terminateEventDefinition": Kind("eventDefinition"),
    "textAnnotation": Kind("artifact", "text?", "textFormat"),
    "text": Kind(""),
    "throwEvent": Kind(
        "event",
        "dataInput* dataInputAssociation* inputSet? eventDefinition* "
        "eventDefinitionRef>eventDefinition*",
    ),
    "timerEventDefinition": Kind(
        "eventDefinition",
        "timeDate=formalExpression? timeDuration=formalExpression? timeCycle=formalExpression?",
    ),
    "transaction": Kind("subProcess", "", "method:uri"),
    "userTask": Kind("task", "rendering*", "implementation:uri"),
}
