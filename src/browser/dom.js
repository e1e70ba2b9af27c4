// The read-only subset of DOM Level 2 that <data> gives a page (VoiceXML 2.1 appendix D).
(function () {
  'use strict';
  const { defineProperty, freeze } = Object;
  const hidden = (of, name, value) => defineProperty(of, name, { value, enumerable: false });
  const ELEMENT = 1, ATTRIBUTE = 2, TEXT = 3, CDATA = 4, INSTRUCTION = 7, COMMENT = 8, DOCUMENT = 9;
  const NAMES = { [TEXT]: '#text', [CDATA]: '#cdata-section', [COMMENT]: '#comment' };
  const CODES = { ELEMENT_NODE: 1, ATTRIBUTE_NODE: 2, TEXT_NODE: 3, CDATA_SECTION_NODE: 4, PROCESSING_INSTRUCTION_NODE: 7, COMMENT_NODE: 8, DOCUMENT_NODE: 9 };

  class NodeList extends Array {
    item(index) { return this[index] || null; }
  }
  class NamedNodeMap extends NodeList {
    getNamedItem(name) { return this.find((node) => node.nodeName === name) || null; }
    getNamedItemNS(uri, name) { return this.find((node) => node.namespaceURI === uri && node.localName === name) || null; }
  }
  class Node {
    constructor(owner, parent, nodeType, nodeName, nodeValue) {
      Object.assign(this, { nodeType, nodeName, nodeValue });
      hidden(this, 'ownerDocument', owner);
      hidden(this, 'parentNode', parent);
      hidden(this, 'childNodes', new NodeList());
    }
    get firstChild() { return this.childNodes.item(0); }
    get lastChild() { return this.childNodes.item(this.childNodes.length - 1); }
    get previousSibling() { return beside(this, -1); }
    get nextSibling() { return beside(this, 1); }
    get attributes() { return null; }
    get textContent() { return below(this).filter((node) => node.nodeType === TEXT || node.nodeType === CDATA).map((node) => node.data).join(''); }
    hasChildNodes() { return this.childNodes.length > 0; }
    hasAttributes() { return this.attributes !== null && this.attributes.length > 0; }
    getElementsByTagName(name) { return elements(this, (node) => name === '*' || node.tagName === name); }
    getElementsByTagNameNS(uri, name) {
      return elements(this, (node) => (uri === '*' || node.namespaceURI === uri) && (name === '*' || node.localName === name));
    }
  }
  Object.assign(Node, CODES);
  Object.assign(Node.prototype, CODES);
  const beside = (node, step) => {
    if (!node.parentNode) return null;
    const siblings = node.parentNode.childNodes;
    return siblings.item(siblings.indexOf(node) + step);
  };
  // All nodes of a document stand in one list in its order; a node knows where its own end, so that depth costs nothing.
  const below = (node) => node.all.slice(node.place + 1, node.span.end);
  const elements = (node, fits) => NodeList.from(below(node).filter((inner) => inner.nodeType === ELEMENT && fits(inner)));

  class Attr extends Node {
    constructor(owner, element, [name, value, namespace]) {
      super(owner, null, ATTRIBUTE, name, value);
      Object.assign(this, { name, value, specified: true, namespaceURI: namespace || null, localName: name.split(':').pop() });
      hidden(this, 'ownerElement', element);
    }
    get textContent() { return this.value; }
  }
  class CharacterData extends Node {
    constructor(owner, parent, kind, words) {
      super(owner, parent, kind, NAMES[kind], words);
      Object.assign(this, { data: words, length: words.length });
    }
    get textContent() { return this.data; }
    substringData(offset, count) { return this.data.substr(offset, count); }
  }
  class ProcessingInstruction extends Node {
    constructor(owner, parent, target, data) {
      super(owner, parent, INSTRUCTION, target, data);
      Object.assign(this, { target, data });
    }
    get textContent() { return this.data; }
  }
  class Element extends Node {
    constructor(owner, parent, tag, namespace, attributes) {
      super(owner, parent, ELEMENT, tag, null);
      const [local, prefix] = tag.split(':').reverse();
      Object.assign(this, { tagName: tag, localName: local, namespaceURI: namespace || null, prefix: prefix || null });
      hidden(this, 'own', freeze(NamedNodeMap.from(attributes.map((attribute) => new Attr(owner, this, attribute)))));
    }
    get attributes() { return this.own; }
    getAttributeNode(name) { return this.own.getNamedItem(name); }
    getAttributeNodeNS(uri, name) { return this.own.getNamedItemNS(uri, name); }
    getAttribute(name) { const node = this.getAttributeNode(name); return node ? node.value : ''; }
    getAttributeNS(uri, name) { const node = this.getAttributeNodeNS(uri, name); return node ? node.value : ''; }
    hasAttribute(name) { return this.getAttributeNode(name) !== null; }
    hasAttributeNS(uri, name) { return this.getAttributeNodeNS(uri, name) !== null; }
  }
  const settle = (node, all, place) => {
    hidden(node, 'all', all);
    hidden(node, 'place', place);
    hidden(node, 'span', { end: place + 1 });
  };

  const made = (owner, parent, [kind, ...told]) => {
    if (kind === ELEMENT) return new Element(owner, parent, ...told);
    if (kind === INSTRUCTION) return new ProcessingInstruction(owner, parent, ...told);
    return new CharacterData(owner, parent, kind, ...told);
  };

  class Document extends Node {
    constructor(list) {
      super(null, null, DOCUMENT, '#document', null);
      const all = [];
      list.forEach(([parent, ...told], place) => {
        const above = parent < 0 ? this : all[parent];
        const node = made(this, above, told);
        above.childNodes.push(node);
        all.push(node);
        settle(node, all, place);
      });
      settle(this, all, -1);
      for (let place = all.length - 1; place >= 0; place--) {
        const { span, parentNode } = all[place];
        parentNode.span.end = Math.max(parentNode.span.end, span.end);
      }
      freeze(all);
      [this, ...all].forEach((node) => [node.span, node.childNodes, node].forEach(freeze));
    }
    get documentElement() { return this.childNodes.find((node) => node.nodeType === ELEMENT); }
    get doctype() { return null; }
    getElementById(id) { return elements(this, (node) => node.getAttribute('id') === id).item(0); }
  }
  return (list) => new Document(list);
})
